using System.Globalization;
using System.Net;
using System.Text;

namespace Nines.Probing.Dns;

/// <summary>One record of an answer.</summary>
/// <param name="Type">Its number.</param>
/// <param name="Ttl">Seconds, 0 to 2^31 − 1.</param>
/// <param name="Data">In canonical form (RFC 4034, section 6.2): names in it uncompressed and in lower case.</param>
internal sealed record DnsRecord(DnsName Name, ushort Type, uint Ttl, byte[] Data)
{
    public const ushort Internet = 1;

    /// <summary>Name, type, class, TTL and data.</summary>
    /// <exception cref="DnsFormatException">The record is cut or its data does not fit its type.</exception>
    public static DnsRecord Read(ref DnsReader reader, ReadOnlySpan<byte> message, out ushort recordClass)
    {
        var name = reader.ReadName();
        var type = reader.ReadUInt16();
        recordClass = reader.ReadUInt16();
        var ttl = reader.ReadUInt32();
        var length = reader.ReadUInt16();
        var begin = reader.Position;
        reader.Take(length);
        // A TTL with its highest bit set means 0 (RFC 2181, section 8); OPT keeps flags there.
        return new DnsRecord(name, type, ttl > int.MaxValue && type != DnsType.Opt ? 0 : ttl, Canonical(type, message[..(begin + length)], begin));
    }

    /// <summary>The data as zone files write it, in one form: names in lower case without the last dot, a TXT's strings joined.</summary>
    public string Text => DnsRecordText.Of(Type, Data);

    private static byte[] Canonical(ushort type, ReadOnlySpan<byte> upToEnd, int begin)
    {
        var reader = new DnsReader(upToEnd, begin);
        var data = new List<byte>(reader.Left);
        switch (type)
        {
            case DnsType.A:
                Require(reader.Left == 4, type);
                break;
            case DnsType.Aaaa:
                Require(reader.Left == 16, type);
                break;
            case DnsType.Ns or DnsType.Cname or DnsType.Ptr or DnsType.Dname:
                AddName(ref reader, data);
                Require(reader.Left == 0, type);
                break;
            case DnsType.Mx:
                data.AddRange(reader.Take(2));
                AddName(ref reader, data);
                Require(reader.Left == 0, type);
                break;
            case DnsType.Srv:
                data.AddRange(reader.Take(6));
                AddName(ref reader, data);
                Require(reader.Left == 0, type);
                break;
            case DnsType.Soa:
                AddName(ref reader, data);
                AddName(ref reader, data);
                data.AddRange(reader.Take(20));
                Require(reader.Left == 0, type);
                break;
            case DnsType.Txt:
                var strings = reader;
                Require(strings.Left > 0, type);
                while (strings.Left > 0) strings.Take(strings.ReadByte());
                break;
            case DnsType.Caa:
                var tag = reader;
                tag.ReadByte();
                tag.Take(tag.ReadByte());
                break;
            case DnsType.Ds or DnsType.Dnskey:
                Require(reader.Left > 4, type);
                break;
        }
        data.AddRange(reader.Take(reader.Left));
        return [.. data];
    }

    private static void AddName(ref DnsReader reader, List<byte> data) => data.AddRange(reader.ReadName().ToLower().Wire);

    private static void Require(bool fits, ushort type)
    {
        if (!fits) throw new DnsFormatException($"the data of a record {DnsType.NameOf(type)} does not fit its type");
    }
}

/// <summary>Records' data as text: for signals, and for what a config expects, which is brought into the same form.</summary>
internal static class DnsRecordText
{
    /// <param name="data">Canonical and valid for the type.</param>
    public static string Of(ushort type, ReadOnlySpan<byte> data)
    {
        var reader = new DnsReader(data);
        switch (type)
        {
            case DnsType.A or DnsType.Aaaa:
                return new IPAddress(data).ToString();
            case DnsType.Ns or DnsType.Cname or DnsType.Ptr or DnsType.Dname:
                return reader.ReadName().ToString();
            case DnsType.Mx:
                return Join(reader.ReadUInt16(), reader.ReadName());
            case DnsType.Srv:
                return Join(reader.ReadUInt16(), reader.ReadUInt16(), reader.ReadUInt16(), reader.ReadName());
            case DnsType.Soa:
                return Join(reader.ReadName(), reader.ReadName(), reader.ReadUInt32(), reader.ReadUInt32(), reader.ReadUInt32(), reader.ReadUInt32(), reader.ReadUInt32());
            case DnsType.Txt:
                var text = new StringBuilder();
                while (reader.Left > 0) text.Append(Escaped(reader.Take(reader.ReadByte())));
                return text.ToString();
            case DnsType.Caa:
                return $"{reader.ReadByte().ToString(CultureInfo.InvariantCulture)} {Escaped(reader.Take(reader.ReadByte())).ToLowerInvariant()} {Escaped(reader.Take(reader.Left))}";
            case DnsType.Ds:
                return $"{Join(reader.ReadUInt16(), reader.ReadByte(), reader.ReadByte())} {Convert.ToHexString(reader.Take(reader.Left))}";
            case DnsType.Dnskey:
                return $"{Join(reader.ReadUInt16(), reader.ReadByte(), reader.ReadByte())} {Convert.ToBase64String(reader.Take(reader.Left))}";
            default:
                return string.Create(CultureInfo.InvariantCulture, $"\\# {data.Length} {Convert.ToHexString(data)}");   // RFC 3597, section 5
        }
    }

    /// <summary>What a config expects, in the form of <see cref="Of"/>; null when it can be no record of that type.</summary>
    public static string? Normal(ushort type, string text)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        switch (type)
        {
            case DnsType.A or DnsType.Aaaa:
                var isAddress = IPAddress.TryParse(text, out var address) && address.GetAddressBytes().Length == (type == DnsType.A ? 4 : 16);
                return isAddress && (type == DnsType.Aaaa || text.Count(c => c == '.') == 3) ? address!.ToString() : null;
            case DnsType.Txt:
                return text;
            case DnsType.Ns or DnsType.Cname or DnsType.Ptr:
                return Numbers(words, 0, 1);
            case DnsType.Mx:
                return Numbers(words, 1, 1);
            case DnsType.Srv:
                return Numbers(words, 3, 1);
            case DnsType.Soa:
                return words.Length == 7 && words[2..].All(IsNumber) && NameOf(words[0]) is { } primary && NameOf(words[1]) is { } mailbox ? string.Join(' ', [primary, mailbox, .. words[2..]]) : null;
            case DnsType.Caa:
                return words.Length >= 3 && IsNumber(words[0]) ? $"{words[0]} {words[1].ToLowerInvariant()} {string.Join(' ', words[2..]).Trim('"')}" : null;
            case DnsType.Ds:
                return words.Length >= 4 && words[..3].All(IsNumber) && string.Concat(words[3..]).All(char.IsAsciiHexDigit) ? $"{string.Join(' ', words[..3])} {string.Concat(words[3..]).ToUpperInvariant()}" : null;
            case DnsType.Dnskey:
                return words.Length >= 4 && words[..3].All(IsNumber) ? $"{string.Join(' ', words[..3])} {string.Concat(words[3..])}" : null;
            default:
                return null;
        }
    }

    private static string? Numbers(string[] words, int numbers, int names) =>
        words.Length == numbers + names && words[..numbers].All(IsNumber) && NameOf(words[^1]) is { } name ? string.Join(' ', [.. words[..numbers], name]) : null;

    private static string? NameOf(string text) => DnsName.TryParse(text, out var name) ? name.ToString() : null;

    private static bool IsNumber(string text) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    private static string Join(params object[] parts) => string.Join(' ', parts.Select(part => Convert.ToString(part, CultureInfo.InvariantCulture)));

    private static string Escaped(ReadOnlySpan<byte> octets)
    {
        var text = new StringBuilder(octets.Length);
        foreach (var octet in octets)
        {
            if (octet is >= 0x20 and < 0x7F) text.Append((char)octet);
            else text.Append(CultureInfo.InvariantCulture, $"\\{octet:000}");
        }
        return text.ToString();
    }
}
