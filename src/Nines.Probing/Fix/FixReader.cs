using System.Collections.Immutable;
using System.Text;

namespace Nines.Probing.Fix;

/// <summary>What the bytes of a connection turned out to be.</summary>
internal abstract record FixFrame
{
    private FixFrame() { }

    public sealed record Whole(FixMessage Message) : FixFrame;

    /// <summary>Bytes that are no message: they are passed over, and no number is used up by them (FIX 4.4, volume 2, "garbled message").</summary>
    /// <param name="Bytes">How many were passed over.</param>
    public sealed record Garbled(string Why, int Bytes) : FixFrame;
}

/// <summary>Cuts a connection's bytes into FIX messages. Never throws for what came; holds at most two messages' worth of bytes.</summary>
/// <param name="mostBytes">Longest message that is taken.</param>
internal sealed class FixReader(int mostBytes)
{
    private const byte Soh = 1;
    private const int MostFields = 4_096;

    /// <summary>"10=ddd" and its SOH.</summary>
    private const int TrailerLength = 7;

    private static readonly byte[] Start = "8=FIX"u8.ToArray();

    private byte[] buffer = new byte[1_024];
    private int from;
    private int to;

    /// <summary>Room to read into; <see cref="Came"/> says how much of it was used.</summary>
    public Memory<byte> Room()
    {
        if (from > 0)
        {
            buffer.AsSpan(from, to - from).CopyTo(buffer);
            (from, to) = (0, to - from);
        }
        if (to == buffer.Length) Array.Resize(ref buffer, (int)Math.Min(buffer.Length * 2L, mostBytes * 2L));
        return buffer.AsMemory(to);
    }

    public void Came(int bytes) => to += bytes;

    /// <returns>The next message or what is garbled; null when more bytes are needed.</returns>
    public FixFrame? Next()
    {
        var bytes = buffer.AsSpan(from, to - from);
        if (bytes.IsEmpty) return null;
        if (!bytes[..Math.Min(bytes.Length, Start.Length)].SequenceEqual(Start.AsSpan(0, Math.Min(bytes.Length, Start.Length)))) return PassOver(bytes, "it does not begin with BeginString (8)");
        if (Header(bytes) is not { } header) return bytes.Length > 64 ? PassOver(bytes, "BodyLength (9) does not follow BeginString (8)") : null;
        if (header.Why is { } why) return PassOver(bytes, why);
        var end = header.BodyAt + header.BodyLength;
        if (end + TrailerLength > mostBytes) return PassOver(bytes, $"it is longer than {mostBytes} bytes");
        if (bytes.Length < end + TrailerLength) return null;
        var trailer = bytes.Slice(end, TrailerLength);
        if (!trailer.StartsWith("10="u8) || trailer[^1] != Soh || bytes[end - 1] != Soh) return PassOver(bytes, "BodyLength (9) does not lead to CheckSum (10)");
        if (Digits(trailer[3..6]) != Sum(bytes[..end])) return PassOver(bytes, "CheckSum (10) is wrong");
        var body = bytes[header.BodyAt..end];
        if (!body.StartsWith("35="u8)) return PassOver(bytes, "MsgType (35) is not the third field");
        var message = Parse(Encoding.Latin1.GetString(bytes[2..header.BeginEnd]), body);
        from += end + TrailerLength;
        return new FixFrame.Whole(message);
    }

    /// <summary>The sum of all bytes up to CheckSum, modulo 256.</summary>
    public static int Sum(ReadOnlySpan<byte> bytes)
    {
        var sum = 0;
        foreach (var value in bytes) sum = (sum + value) & 0xFF;
        return sum;
    }

    /// <returns>Null when there may be more to come.</returns>
    private static (int BeginEnd, int BodyAt, int BodyLength, string? Why)? Header(ReadOnlySpan<byte> bytes)
    {
        var head = bytes[..Math.Min(bytes.Length, 64)];
        var beginEnd = head.IndexOf(Soh);
        if (beginEnd < 0) return null;
        var rest = head[(beginEnd + 1)..];
        if (rest.Length < 2) return null;
        if (!rest.StartsWith("9="u8)) return (0, 0, 0, "BodyLength (9) is not the second field");
        var length = rest[2..].IndexOf(Soh);
        if (length < 0) return null;
        return Digits(rest.Slice(2, length)) is { } number and >= 5 ? (beginEnd, beginEnd + 4 + length, number, null) : (0, 0, 0, "BodyLength (9) is no number of bytes");
    }

    /// <summary>Goes on where the next message could begin.</summary>
    private FixFrame.Garbled PassOver(ReadOnlySpan<byte> bytes, string why)
    {
        var next = bytes[1..].IndexOf(Start);
        if (next < 0)
        {
            // The end may be the beginning of a beginning.
            var keep = Math.Min(Start.Length - 1, bytes.Length - 1);
            while (keep > 0 && !Start.AsSpan(0, keep).SequenceEqual(bytes[^keep..])) keep--;
            next = bytes.Length - keep - 1;
        }
        from += next + 1;
        return new FixFrame.Garbled(why, next + 1);
    }

    private static FixMessage Parse(string begin, ReadOnlySpan<byte> body)
    {
        var fields = ImmutableArray.CreateBuilder<FixField>();
        string? problem = null;
        (int Tag, int Length)? data = null;
        for (var at = 0; at < body.Length && problem is null;)
        {
            var equals = body[at..].IndexOf((byte)'=');
            var tag = equals is > 0 and <= 9 && body[at] != '0' ? Digits(body.Slice(at, equals)) : null;
            if (tag is not { } number)
            {
                problem = "a field without a tag";
                break;
            }
            var valueAt = at + equals + 1;
            var length = data is { } expected && expected.Tag == number ? expected.Length : body[valueAt..].IndexOf(Soh);
            if (length < 0 || length >= body.Length - valueAt || body[valueAt + length] != Soh) problem = $"field {number} does not end where its length says";
            else if (length == 0) problem = $"field {number} has no value";
            else if (fields.Count == MostFields) problem = $"there are more than {MostFields} fields";
            else
            {
                fields.Add(new FixField(number, Encoding.Latin1.GetString(body.Slice(valueAt, length))));
                data = FixTag.DataAfter(number) is { } after && Digits(body.Slice(valueAt, length)) is { } bytes ? (after, bytes) : null;
                at = valueAt + length + 1;
            }
        }
        var type = fields.Count > 0 ? fields[0].Value : "";
        if (fields.Count > 0) fields.RemoveAt(0);
        return new FixMessage(begin, type, fields.ToImmutable(), problem);
    }

    private static int? Digits(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || text.Length > 9) return null;
        var number = 0;
        foreach (var digit in text)
        {
            if (digit is < (byte)'0' or > (byte)'9') return null;
            number = number * 10 + (digit - '0');
        }
        return number;
    }
}
