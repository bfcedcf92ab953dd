using System.Collections.Immutable;

namespace Nines.Probing.Dns;

/// <summary>Record types by their numbers (IANA, Resource Record TYPEs), and what they and response codes are called.</summary>
internal static class DnsType
{
    public const ushort A = 1;
    public const ushort Ns = 2;
    public const ushort Cname = 5;
    public const ushort Soa = 6;
    public const ushort Ptr = 12;
    public const ushort Mx = 15;
    public const ushort Txt = 16;
    public const ushort Aaaa = 28;
    public const ushort Srv = 33;
    public const ushort Dname = 39;
    public const ushort Opt = 41;
    public const ushort Ds = 43;
    public const ushort Rrsig = 46;
    public const ushort Dnskey = 48;
    public const ushort Caa = 257;

    /// <summary>The types that a probe can ask for, as a config names them.</summary>
    public static ImmutableSortedDictionary<string, ushort> Askable { get; } = new Dictionary<string, ushort>
    {
        ["A"] = A, ["AAAA"] = Aaaa, ["CNAME"] = Cname, ["NS"] = Ns, ["SOA"] = Soa, ["TXT"] = Txt, ["MX"] = Mx, ["CAA"] = Caa,
        ["PTR"] = Ptr, ["SRV"] = Srv, ["DS"] = Ds, ["DNSKEY"] = Dnskey,
    }.ToImmutableSortedDictionary(StringComparer.Ordinal);

    public static string NameOf(ushort type) =>
        Askable.FirstOrDefault(known => known.Value == type).Key ?? (type == Rrsig ? "RRSIG" : FormattableString.Invariant($"TYPE{type}"));
}

/// <summary>Response codes (RFC 1035, section 4.1.1; RFC 2136; RFC 6891).</summary>
internal static class DnsRcode
{
    public const int NoError = 0;
    public const int FormErr = 1;
    public const int ServFail = 2;
    public const int NxDomain = 3;
    public const int Refused = 5;

    private static readonly string[] Names = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET", "NXRRSET", "NOTAUTH", "NOTZONE"];

    public static string NameOf(int code) => code == 16 ? "BADVERS" : code < Names.Length ? Names[code] : FormattableString.Invariant($"RCODE{code}");
}
