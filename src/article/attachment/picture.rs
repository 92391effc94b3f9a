//! Normalises images: page-sized, upright and without camera metadata.

use std::io::Cursor;

use image::codecs::gif::GifDecoder;
use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{
    AnimationDecoder, DynamicImage, ImageDecoder, ImageEncoder, ImageFormat, ImageReader, Limits,
};

use lectern_pool::checkpoint;

use super::kind::{FileKind, GIF, JPEG, PNG, WEBP};

/// Longer side of a stored image, in pixels; enough for a page on a high-density screen.
const LONGEST_SIDE: u32 = 2_000;
/// Images with more pixels are rejected: a small file can decompress to gigabytes.
const MOST_PIXELS: u64 = 60_000_000;
/// Images that take more bytes when decoded are rejected, by what their header says.
const MOST_BYTES: u64 = 200_000_000;
/// How much larger than a page an image is after the first, coarse reduction.
const COARSE: u32 = 2;
/// JPEG quality, 0 to 100.
const QUALITY: u8 = 85;

/// A normalised image.
#[derive(Debug)]
pub(super) struct Picture {
    pub(super) bytes: Vec<u8>,
    pub(super) kind: FileKind,
    pub(super) width: u32,
    pub(super) height: u32,
}

/// Why an image was rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PictureError {
    /// It cannot be decoded.
    Broken,
    /// It has too many pixels.
    Huge,
}

/// Decodes an image and re-encodes it upright, at most 2,000 pixels on the longer side, without
/// metadata.
///
/// Photographs stay JPEG; images with sharp edges or transparency stay lossless. Animated GIFs are
/// kept unchanged: the format has no place for a location, a camera or a thumbnail.
pub(super) fn prepare(bytes: &[u8], kind: FileKind) -> Result<Picture, PictureError> {
    let (width, height) = size(bytes)?;
    let pixels = u64::from(width) * u64::from(height);
    // The frames of a GIF are decoded with four bytes a pixel.
    if pixels > MOST_PIXELS || (kind == GIF && pixels * 4 > MOST_BYTES) {
        return Err(PictureError::Huge);
    }
    if kind == GIF && moves(bytes)? {
        return Ok(Picture {
            bytes: bytes.to_vec(),
            kind: GIF,
            width,
            height,
        });
    }
    let picture = reduced(bytes)?;
    checkpoint();
    let see_through = picture.color().has_alpha();
    let kind = match kind {
        JPEG => JPEG,
        WEBP if see_through => WEBP,
        WEBP => JPEG,
        _ => PNG,
    };
    let (width, height) = (picture.width(), picture.height());
    let bytes = encode(&picture, kind).map_err(|_| PictureError::Broken)?;
    Ok(Picture {
        bytes,
        kind,
        width,
        height,
    })
}

fn size(bytes: &[u8]) -> Result<(u32, u32), PictureError> {
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format();
    let size = reader.ok().and_then(|reader| reader.into_dimensions().ok());
    size.ok_or(PictureError::Broken)
}

fn moves(bytes: &[u8]) -> Result<bool, PictureError> {
    let decoder = GifDecoder::new(Cursor::new(bytes)).map_err(|_| PictureError::Broken)?;
    Ok(decoder.into_frames().take(2).filter(Result::is_ok).count() > 1)
}

/// Decodes an image, and makes it small before it is turned: turning takes as much memory again.
fn reduced(bytes: &[u8]) -> Result<DynamicImage, PictureError> {
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format();
    let mut reader = reader.map_err(|_| PictureError::Broken)?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|_| PictureError::Broken)?;
    let orientation = decoder.orientation().map_err(|_| PictureError::Broken)?;
    if decoder.total_bytes() > MOST_BYTES {
        return Err(PictureError::Huge);
    }
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| PictureError::Broken)?;
    let side = picture.width().max(picture.height());
    // The good filter holds a picture of floating-point numbers as high as the original.
    if side > LONGEST_SIDE * COARSE {
        picture = picture.thumbnail(LONGEST_SIDE * COARSE, LONGEST_SIDE * COARSE);
    }
    checkpoint();
    if side > LONGEST_SIDE {
        picture = picture.resize(LONGEST_SIDE, LONGEST_SIDE, FilterType::CatmullRom);
    }
    picture.apply_orientation(orientation);
    Ok(picture)
}

fn encode(picture: &DynamicImage, kind: FileKind) -> image::ImageResult<Vec<u8>> {
    let mut out = Cursor::new(Vec::new());
    match kind {
        JPEG => {
            let picture = picture.to_rgb8();
            let (width, height) = picture.dimensions();
            JpegEncoder::new_with_quality(&mut out, QUALITY).write_image(
                &picture,
                width,
                height,
                image::ExtendedColorType::Rgb8,
            )?;
        }
        WEBP => DynamicImage::from(picture.to_rgba8()).write_to(&mut out, ImageFormat::WebP)?,
        _ => picture.write_to(&mut out, ImageFormat::Png)?,
    }
    Ok(out.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        let picture = DynamicImage::new_rgb8(width, height);
        picture.write_to(&mut out, format).unwrap();
        out.into_inner()
    }

    /// A JPEG with an EXIF segment: rotated by 90°, with a GPS field.
    fn turned(width: u32, height: u32) -> Vec<u8> {
        let jpeg = drawn(width, height, ImageFormat::Jpeg);
        let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x02\0".to_vec();
        exif.extend(b"\x12\x01\x03\0\x01\0\0\0\x06\0\0\0");
        exif.extend(b"\x0e\x01\x02\0\x04\0\0\0GPS\0");
        exif.extend(b"\0\0\0\0");
        let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
        let mut out = jpeg[..2].to_vec();
        out.extend([0xff, 0xe1]);
        out.extend(length);
        out.extend(exif);
        out.extend(&jpeg[2..]);
        out
    }

    #[test]
    fn a_photograph_is_rotated_and_loses_its_metadata() {
        let photograph = turned(300, 200);
        assert!(photograph.windows(4).any(|part| part == b"Exif"));
        let kept = prepare(&photograph, JPEG).unwrap();
        assert_eq!((kept.width, kept.height), (200, 300));
        assert!(!kept.bytes.windows(4).any(|part| part == b"Exif"));
        assert_eq!(size(&kept.bytes), Ok((200, 300)));
    }

    #[test]
    fn a_large_image_is_scaled_to_page_size() {
        let kept = prepare(&drawn(4_000, 1_000, ImageFormat::Png), PNG).unwrap();
        assert_eq!((kept.width, kept.height), (2_000, 500));
        assert_eq!(kept.kind, PNG);
        let kept = prepare(&drawn(30, 20, ImageFormat::WebP), WEBP).unwrap();
        assert_eq!((kept.width, kept.height, kept.kind), (30, 20, JPEG));
    }

    #[test]
    fn broken_and_huge_images_are_refused() {
        assert_eq!(
            prepare(b"\x89PNG\r\n\x1a\nno", PNG).unwrap_err(),
            PictureError::Broken
        );
        let mut torn = drawn(100, 100, ImageFormat::Jpeg);
        torn.truncate(300);
        assert_eq!(prepare(&torn, JPEG).unwrap_err(), PictureError::Broken);
        // A PNG header that claims 60,000 × 60,000 pixels.
        let mut bomb = drawn(1, 1, ImageFormat::Png);
        bomb[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
        let crc = crc_of(&bomb[12..29]);
        bomb[29..33].copy_from_slice(&crc.to_be_bytes());
        assert_eq!(prepare(&bomb, PNG).unwrap_err(), PictureError::Huge);
    }

    #[test]
    fn an_image_is_refused_by_the_bytes_that_its_header_announces() {
        // 7,500 × 7,500 pixels with 16 bits for each of red, green, blue and transparency.
        let mut bomb = drawn(1, 1, ImageFormat::Png);
        bomb[16..24].copy_from_slice(&[0, 0, 0x1d, 0x4c, 0, 0, 0x1d, 0x4c]);
        (bomb[24], bomb[25]) = (16, 6);
        let crc = crc_of(&bomb[12..29]);
        bomb[29..33].copy_from_slice(&crc.to_be_bytes());
        assert_eq!(prepare(&bomb, PNG).unwrap_err(), PictureError::Huge);
    }

    /// CRC-32 as defined by PNG (ISO/IEC 15948, annex D).
    fn crc_of(bytes: &[u8]) -> u32 {
        let step = |crc: u32, byte: &u8| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| match crc & 1 {
                1 => 0xedb8_8320 ^ (crc >> 1),
                _ => crc >> 1,
            })
        };
        !bytes.iter().fold(u32::MAX, step)
    }
}
