using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using Nines.Chains.Evm;

namespace Nines.Chains.Beacon;

/// <summary>
/// Reads an answer of the beacon API from its bytes, forward only, without a tree: answers about thousands of validators are megabytes.
/// Methods throw <see cref="FormatException"/> or <see cref="JsonException"/> for what is not as the specification has it.
/// </summary>
internal ref struct BeaconJson
{
    private const int MaxDepth = 32;

    private Utf8JsonReader _reader;
    private bool _isRead; // the token of the next value has been read already

    public BeaconJson(ReadOnlySpan<byte> json) => _reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });

    public void BeginObject()
    {
        Advance();
        if (_reader.TokenType != JsonTokenType.StartObject)
        {
            throw Unexpected("an object");
        }
    }

    /// <returns>False at the object's end; else the reader stands before the property's value, which has to be read or skipped.</returns>
    public bool NextProperty()
    {
        Advance();
        return _reader.TokenType != JsonTokenType.EndObject;
    }

    public readonly bool IsProperty(ReadOnlySpan<byte> name) => _reader.ValueTextEquals(name);

    public void BeginArray()
    {
        Advance();
        if (_reader.TokenType != JsonTokenType.StartArray)
        {
            throw Unexpected("a list");
        }
    }

    /// <returns>False at the list's end; else the reader stands before the item.</returns>
    public bool NextItem()
    {
        Advance();
        _isRead = _reader.TokenType != JsonTokenType.EndArray;
        return _isRead;
    }

    /// <summary>Leaves the value before which the reader stands unread.</summary>
    public void Skip()
    {
        Advance();
        if (_reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray && !_reader.TrySkip())
        {
            throw Unexpected("a whole value");
        }
    }

    /// <summary>A decimal string, as the specification has it; a bare number is tolerated.</summary>
    public ulong UInt64()
    {
        Advance();
        var isNumber = _reader.TokenType is JsonTokenType.String or JsonTokenType.Number && !_reader.ValueIsEscaped;
        return isNumber && Utf8Parser.TryParse(_reader.ValueSpan, out ulong value, out var read) && read == _reader.ValueSpan.Length && _reader.ValueSpan[0] is not (byte)'+'
            ? value
            : throw Unexpected("a whole number of 64 bits");
    }

    /// <summary>A slot or an epoch of something that is there: one that could not come within the age of the universe is none, and reckoning with it stays within 64 bits.</summary>
    public ulong Height()
    {
        const ulong Most = 1UL << 60;
        var height = UInt64();
        return height < Most ? height : throw Unexpected("a slot or an epoch that may come");
    }

    /// <summary>A whole number that may be negative.</summary>
    public long Int64()
    {
        Advance();
        var isNumber = _reader.TokenType is JsonTokenType.String or JsonTokenType.Number && !_reader.ValueIsEscaped;
        return isNumber && Utf8Parser.TryParse(_reader.ValueSpan, out long value, out var read) && read == _reader.ValueSpan.Length && _reader.ValueSpan[0] is not (byte)'+'
            ? value
            : throw Unexpected("a whole number of 64 bits with its sign");
    }

    public bool Flag()
    {
        Advance();
        return _reader.TokenType switch
        {
            JsonTokenType.True => true,
            JsonTokenType.False => false,
            _ => throw Unexpected("true or false"),
        };
    }

    /// <param name="most">Characters; a longer text is cut.</param>
    public string Text(int most)
    {
        Advance();
        if (_reader.TokenType != JsonTokenType.String)
        {
            throw Unexpected("a text");
        }

        var text = _reader.GetString()!;
        return text.Length <= most ? text : text[..most];
    }

    /// <summary>The text of a value if it is one, cut; null for anything else, which is skipped.</summary>
    public string? TextOrNull(int most)
    {
        Advance();
        _isRead = true;
        if (_reader.TokenType == JsonTokenType.String)
        {
            return Text(most);
        }

        Skip();
        return null;
    }

    public Hash32 Root()
    {
        Span<byte> bytes = stackalloc byte[Hash32.Size];
        Bytes(bytes);
        return new Hash32(bytes);
    }

    public PublicKey Key()
    {
        Span<byte> bytes = stackalloc byte[PublicKey.Size];
        Bytes(bytes);
        return new PublicKey(bytes);
    }

    /// <summary>A word of a closed list, by its UTF-8 text.</summary>
    public ReadOnlySpan<byte> Word()
    {
        Advance();
        return _reader.TokenType == JsonTokenType.String && !_reader.ValueIsEscaped ? _reader.ValueSpan : throw Unexpected("a word");
    }

    /// <summary>Nothing may follow the value that was read.</summary>
    public void End()
    {
        if (_isRead || _reader.Read())
        {
            throw new FormatException("something follows the answer's end");
        }
    }

    private void Bytes(scoped Span<byte> destination)
    {
        Advance();
        var text = _reader.ValueSpan;
        var isHex = _reader.TokenType == JsonTokenType.String && text.Length == 2 + (2 * destination.Length) && text.StartsWith("0x"u8)
            && Convert.FromHexString(text[2..], destination, out _, out _) == OperationStatus.Done;
        if (!isHex)
        {
            throw Unexpected($"0x and {2 * destination.Length} hexadecimal digits");
        }
    }

    private void Advance()
    {
        if (_isRead)
        {
            _isRead = false;
        }
        else if (!_reader.Read())
        {
            throw new FormatException("the answer ends too soon");
        }
    }

    private readonly FormatException Unexpected(string wanted) => new($"{wanted} was expected at byte {_reader.TokenStartIndex}");
}
