using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Nines.Probing.Dns;

/// <summary>A domain name as it is on the wire, uncompressed: labels of 1 to 63 octets, 255 octets in all (RFC 1035, section 3.1). Equal without regard to case.</summary>
internal sealed class DnsName : IEquatable<DnsName>
{
    public const int MaxLength = 255;
    public const int MaxLabel = 63;

    public static readonly DnsName Root = new([0]);

    private readonly byte[] wire;

    private DnsName(byte[] wire) => this.wire = wire;

    public ReadOnlySpan<byte> Wire => wire;

    public bool IsRoot => wire.Length == 1;

    public int LabelCount
    {
        get
        {
            var count = 0;
            for (var at = 0; wire[at] != 0; at += wire[at] + 1) count++;
            return count;
        }
    }

    public bool IsWildcard => wire is [1, (byte)'*', ..];

    /// <param name="wire">Valid: labels in their bounds, a zero octet at the end.</param>
    internal static DnsName OfWire(ReadOnlySpan<byte> wire) => new(wire.ToArray());

    /// <summary>Reads a host-like name: letters, digits, '-', '_' and '*', with or without the last dot. Other octets only come from the wire.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out DnsName? name)
    {
        name = null;
        if (text == ".") name = Root;
        if (name is not null) return true;
        var wire = new List<byte>(text.Length + 2);
        foreach (var label in (text.EndsWith('.') ? text[..^1] : text).Split('.'))
        {
            if (label.Length is 0 or > MaxLabel || !label.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '*')) return false;
            wire.Add((byte)label.Length);
            wire.AddRange(Encoding.ASCII.GetBytes(label));
        }
        wire.Add(0);
        if (wire.Count > MaxLength) return false;
        name = new DnsName([.. wire]);
        return true;
    }

    /// <exception cref="FormatException">The text is no such name.</exception>
    public static DnsName Parse(string text) => TryParse(text, out var name) ? name : throw new FormatException($"'{text}' is not a domain name");

    /// <summary>The name without its first label; the root's is the root.</summary>
    public DnsName Parent => IsRoot ? this : new DnsName(wire[(wire[0] + 1)..]);

    public bool IsAtOrBelow(DnsName zone)
    {
        var name = this;
        while (name.wire.Length > zone.wire.Length) name = name.Parent;
        return name.Equals(zone);
    }

    /// <summary>The name with the letters of each label in lower case, as signatures are made over it (RFC 4034, section 6.2).</summary>
    public DnsName ToLower()
    {
        var lower = (byte[])wire.Clone();
        Lower(lower);
        return new DnsName(lower);
    }

    /// <summary>The wildcard that stands for all names with this one's last <paramref name="labels"/> labels.</summary>
    public DnsName Wildcard(int labels)
    {
        var name = this;
        for (var count = LabelCount; count > labels; count--) name = name.Parent;
        return new DnsName([1, (byte)'*', .. name.wire]);
    }

    /// <summary>The name in a mix of cases that only who has seen the question can repeat.</summary>
    public DnsName WithRandomCase(ReadOnlySpan<byte> random)
    {
        var mixed = (byte[])wire.Clone();
        for (var at = 0; mixed[at] != 0; at += mixed[at] + 1)
            for (var i = at + 1; i <= at + mixed[at]; i++)
                if (char.IsAsciiLetter((char)mixed[i]) && (random[i % random.Length] >> (i / random.Length % 8) & 1) == 1) mixed[i] ^= 0x20;
        return new DnsName(mixed);
    }

    /// <summary>Octet for octet, case included.</summary>
    public bool IsExactly(DnsName other) => wire.AsSpan().SequenceEqual(other.wire);

    public bool Equals(DnsName? other) => other is not null && other.wire.Length == wire.Length && ToLower().IsExactly(other.ToLower());

    public override bool Equals(object? obj) => Equals(obj as DnsName);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(ToLower().wire);
        return hash.ToHashCode();
    }

    /// <summary>Lower case, without the last dot; the root is '.'. Octets that are no letter, digit, '-', '_' or '*' are escaped (RFC 4343, section 2.1).</summary>
    public override string ToString()
    {
        if (IsRoot) return ".";
        var text = new StringBuilder();
        for (var at = 0; wire[at] != 0; at += wire[at] + 1)
        {
            if (at > 0) text.Append('.');
            foreach (var octet in wire.AsSpan(at + 1, wire[at]))
            {
                if (char.IsAsciiLetterOrDigit((char)octet) || octet is (byte)'-' or (byte)'_' or (byte)'*') text.Append(char.ToLowerInvariant((char)octet));
                else text.Append(CultureInfo.InvariantCulture, $"\\{octet:000}");
            }
        }
        return text.ToString();
    }

    private static void Lower(byte[] wire)
    {
        // Lengths are 0 to 63 and no letters, so that they need no telling apart.
        for (var i = 0; i < wire.Length; i++)
            if (wire[i] is >= (byte)'A' and <= (byte)'Z') wire[i] |= 0x20;
    }
}
