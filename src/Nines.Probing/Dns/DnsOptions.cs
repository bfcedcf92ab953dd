using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Nines.Probing.Dns;

/// <summary>What is done about a zone's signatures.</summary>
public enum DnssecUse
{
    Off,
    /// <summary>The answer must have a chain of signatures up to a trust anchor.</summary>
    Require,
}

public sealed record DnsOptions
{
    [MainOption, Required, Description("The name to look up. With record: PTR, an address may stand here.")]
    public required string Domain { get; init; }

    [Description("Servers to ask, all at once: address, address:port, host, host:port, or system for this machine's own.")]
    public ImmutableArray<string> Resolvers { get; init; } = [DnsServer.SystemWord];

    [Description("Type of the record: A, AAAA, CAA, CNAME, DNSKEY, DS, MX, NS, PTR, SOA, SRV or TXT.")]
    public string Record { get; init; } = "A";

    [Description("What the answer must be, no more and no less, in any order: addresses, names, texts. Not judged without it.")]
    public ImmutableArray<string> Expect { get; init; } = [];

    [Description("Names of the zone's name servers, no more and no less, in any order. A change is a security matter. Not judged without it.")]
    public ImmutableArray<string> Nameservers { get; init; } = [];

    [Description("require: the answer must be signed, up to a trust anchor. off: signatures are not looked at.")]
    public DnssecUse Dnssec { get; init; } = DnssecUse.Off;

    [Description("DS records to trust, as 'zone IN DS tag algorithm digest_type digest'. The root's keys of 2017 and 2024 when left out.")]
    public ImmutableArray<string> TrustAnchors { get; init; } =
    [
        ". IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D",
        ". IN DS 38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16",
    ];

    [Description("true: the servers are the zone's own, and their silence is its failure. false: they are resolvers. When left out, a server that has answered with authority is taken for the zone's own.")]
    public bool? Authoritative { get; init; }
}
