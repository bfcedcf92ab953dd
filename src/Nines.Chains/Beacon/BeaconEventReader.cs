using System.Buffers;

namespace Nines.Chains.Beacon;

/// <summary>Takes a stream of server-sent events (WHATWG HTML, section 9.2) apart, as its bytes come. Lines and events have a limit.</summary>
public sealed class BeaconEventReader(Stream stream)
{
    /// <summary>Longest line, and longest data of one event.</summary>
    /// <value>Bytes.</value>
    public const int MostBytes = 64 << 10;

    private readonly ArrayBufferWriter<byte> _data = new();
    private byte[] _buffer = new byte[4 << 10];
    private int _from, _to;
    private byte[] _name = [];
    private bool _hasData;
    private bool _skipsLineFeed;

    /// <summary>Waits for the next event. Null when the stream has ended.</summary>
    /// <exception cref="InvalidDataException">A line or an event is longer than the limit.</exception>
    public async ValueTask<BeaconEvent?> ReadAsync(CancellationToken cancellation)
    {
        while (true)
        {
            while (TakeLine(out var start, out var length))
            {
                if (length > 0)
                {
                    Field(_buffer.AsSpan(start, length));
                    continue;
                }

                if (Dispatch() is { } read) return read;
            }

            if (!await FillAsync(cancellation).ConfigureAwait(false)) return null; // an event that is not whole is none
        }
    }

    /// <summary>Lines end with CR, LF or both.</summary>
    private bool TakeLine(out int start, out int length)
    {
        if (_skipsLineFeed && _from < _to)
        {
            if (_buffer[_from] == (byte)'\n') _from++;
            _skipsLineFeed = false;
        }

        var end = _buffer.AsSpan(_from, _to - _from).IndexOfAny((byte)'\r', (byte)'\n');
        (start, length) = (_from, end);
        if (end < 0) return false;
        _skipsLineFeed = _buffer[_from + end] == (byte)'\r';
        _from += end + 1;
        return true;
    }

    private void Field(ReadOnlySpan<byte> line)
    {
        var colon = line.IndexOf((byte)':');
        var name = colon < 0 ? line : line[..colon];
        var value = colon < 0 ? [] : line[(colon + 1)..];
        if (value.StartsWith(" "u8)) value = value[1..];
        if (name.SequenceEqual("event"u8))
        {
            _name = value.ToArray();
        }
        else if (name.SequenceEqual("data"u8))
        {
            if (_data.WrittenCount + value.Length > MostBytes) throw new InvalidDataException($"an event is longer than {MostBytes} bytes");
            if (_hasData) _data.Write("\n"u8);
            _data.Write(value);
            _hasData = true;
        }
    }

    private BeaconEvent? Dispatch()
    {
        var read = _hasData ? BeaconEvent.Read(_name, _data.WrittenSpan) : null;
        _data.ResetWrittenCount();
        (_name, _hasData) = ([], false);
        return read;
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellation)
    {
        if (_from > 0)
        {
            _buffer.AsSpan(_from, _to - _from).CopyTo(_buffer);
            (_from, _to) = (0, _to - _from);
        }

        if (_to == _buffer.Length)
        {
            if (_to >= MostBytes) throw new InvalidDataException($"a line is longer than {MostBytes} bytes");
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        var read = await stream.ReadAsync(_buffer.AsMemory(_to), cancellation).ConfigureAwait(false);
        _to += read;
        return read > 0;
    }
}
