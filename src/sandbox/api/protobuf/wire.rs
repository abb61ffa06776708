//! The protobuf wire format: fields one after the other. Never panics on foreign bytes.

/// Bytes that are no protobuf message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Broken {
    /// The message ends inside of a field.
    #[error("unexpected EOF")]
    Short,
    /// A wire type that Kubernetes does not use.
    #[error("illegal wireType {0}")]
    WireType(u8),
    /// A field holds another wire type than its schema says.
    #[error("field {0} has the wrong wire type")]
    Mismatch(u32),
    /// Text that is not UTF-8, JSON that is none, a time out of range.
    #[error("field {0} holds an invalid value")]
    Value(u32),
    /// Nesting without end.
    #[error("the message is nested too deeply")]
    Depth,
}

/// One field as it stands in the message.
#[derive(Clone, Copy, Debug)]
pub(super) struct WireField<'a> {
    /// The field's number.
    pub(super) number: u32,
    /// What it holds.
    pub(super) content: Content<'a>,
}

/// The content of a field, by wire type.
#[derive(Clone, Copy, Debug)]
pub(super) enum Content<'a> {
    /// An integer, a bool.
    Varint(u64),
    /// Eight bytes: a double.
    Fixed64(u64),
    /// Four bytes: a float, which no kind has.
    Fixed32,
    /// Text, bytes, a message.
    Bytes(&'a [u8]),
}

impl<'a> WireField<'a> {
    /// The bytes of a length-delimited field.
    pub(super) fn bytes(&self) -> Result<&'a [u8], Broken> {
        match self.content {
            Content::Bytes(bytes) => Ok(bytes),
            _ => Err(Broken::Mismatch(self.number)),
        }
    }

    /// The text of a length-delimited field.
    pub(super) fn text(&self) -> Result<String, Broken> {
        String::from_utf8(self.bytes()?.to_vec()).map_err(|_| Broken::Value(self.number))
    }

    /// The integer of a varint field; negative numbers are ten bytes long, also those of 32 bits.
    pub(super) fn integer(&self) -> Result<i64, Broken> {
        match self.content {
            Content::Varint(value) => Ok(value.cast_signed()),
            _ => Err(Broken::Mismatch(self.number)),
        }
    }
}

/// The fields of a message, in order.
pub(super) fn fields(bytes: &[u8]) -> impl Iterator<Item = Result<WireField<'_>, Broken>> {
    let mut reader = Reader { rest: bytes };
    std::iter::from_fn(move || {
        if reader.rest.is_empty() {
            return None;
        }
        let field = reader.field();
        if field.is_err() {
            reader.rest = &[];
        }
        Some(field)
    })
}

/// The varints of a packed list.
pub(super) fn packed(bytes: &[u8]) -> impl Iterator<Item = Result<u64, Broken>> {
    let mut reader = Reader { rest: bytes };
    std::iter::from_fn(move || {
        if reader.rest.is_empty() {
            return None;
        }
        let value = reader.varint();
        if value.is_err() {
            reader.rest = &[];
        }
        Some(value)
    })
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn field(&mut self) -> Result<WireField<'a>, Broken> {
        let tag = self.varint()?;
        let number = u32::try_from(tag >> 3).map_err(|_| Broken::Short)?;
        let content = match (tag & 7) as u8 {
            0 => Content::Varint(self.varint()?),
            1 => Content::Fixed64(u64::from_le_bytes(self.array()?)),
            2 => {
                let length = usize::try_from(self.varint()?).map_err(|_| Broken::Short)?;
                Content::Bytes(self.take(length)?)
            }
            5 => {
                self.take(4)?;
                Content::Fixed32
            }
            other => return Err(Broken::WireType(other)),
        };
        Ok(WireField { number, content })
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Broken> {
        let (head, rest) = self.rest.split_at_checked(length).ok_or(Broken::Short)?;
        self.rest = rest;
        Ok(head)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Broken> {
        self.take(N)?.try_into().map_err(|_| Broken::Short)
    }

    fn varint(&mut self) -> Result<u64, Broken> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let [byte] = self.array()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(Broken::Short)
    }
}
