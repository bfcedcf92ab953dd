using System.Collections.Immutable;
using System.Net;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Dns.Dnssec;

namespace Nines.Probing.Dns;

/// <summary>A name in the DNS, asked of several resolvers at once or of the zone's own servers.</summary>
public sealed class DnsProbeType : ProbeType
{
    /// <summary>Servers that one probe asks at most: all at once.</summary>
    public const int MostResolvers = 16;

    private const int MostExpected = 64;

    public override string Key => "dns";
    public override string About => "Looks a name up at several resolvers, or at the zone's own servers, and compares the answers with each other, with what they must be, and with their signatures.";
    public override Type OptionsType => typeof(DnsOptions);

    /// <summary>In the order of <see cref="DnsProbe"/>'s values.</summary>
    public override ImmutableArray<SignalDefinition> Signals { get; } =
    [
        new("round_trip", SignalUnit.Seconds, "Median over the servers that answered."),
        new("fastest", SignalUnit.Seconds, "The quickest answer."),
        new("slowest", SignalUnit.Seconds, "The slowest answer that came; silent servers are in resolvers_silent."),
        new("rcode", SignalUnit.Text, "Response code of the majority: NOERROR, NXDOMAIN, SERVFAIL, REFUSED, …") { Evidence = CauseKind.Technical, ExplainedBy = "split" },
        new("answers", SignalUnit.None, "Records of the asked type, aliases followed.") { Evidence = CauseKind.Technical },
        new("records", SignalUnit.Text, "Those records, sorted, joined by commas."),
        new("ttl", SignalUnit.Seconds, "Lowest time to live of those records; missing when there are none."),
        new("soa_serial", SignalUnit.None, "Highest serial that a server gave; with record: SOA."),
        new("serial_lag", SignalUnit.None, "Highest serial less the lowest: how far a secondary is behind; with record: SOA.") { Evidence = CauseKind.Technical, ExplainedBy = "split" },
        new("resolvers_answering", SignalUnit.None, "Servers that answered, whatever they said.") { ExplainedBy = "split" },
        new("resolvers_agreeing", SignalUnit.None, "Servers that said what the majority said.") { ExplainedBy = "split" },
        new("resolvers_silent", SignalUnit.None, "Servers that work and did not answer this question; of the zone's own, all that did not answer.") { Evidence = CauseKind.Technical, ExplainedBy = "split" },
        new("resolvers_dead", SignalUnit.None, "Resolvers that answer nothing at all: they say nothing of the name, and do not count.") { ExplainedBy = "split" },
        new("disagree", SignalUnit.Flag, "Servers answered differently.") { ExplainedBy = "split" },
        new("split", SignalUnit.Text, "Who said what, when not all said the same; missing when they did."),
        new("unexpected", SignalUnit.Flag, "The majority's records are not what expect lists.") { Evidence = CauseKind.Security, ExplainedBy = "difference" },
        new("difference", SignalUnit.Text, "What was expected and what was found; missing without a difference."),
        new("wrong_resolvers", SignalUnit.None, "Servers whose records are not what expect lists.") { Evidence = CauseKind.Security, ExplainedBy = "split" },
        new("nameservers", SignalUnit.Text, "The zone's name servers, sorted, joined by commas; missing without nameservers, or when nobody said."),
        new("nameservers_changed", SignalUnit.Flag, "The zone's name servers were seen, and are not those of nameservers.") { Evidence = CauseKind.Security, ExplainedBy = "nameservers_difference" },
        new("nameservers_difference", SignalUnit.Text, "Which were expected and which were found; missing without a difference."),
        new("dnssec", SignalUnit.Text, "secure, insecure, bogus or indeterminate; missing without dnssec: require.") { Evidence = CauseKind.Security, ExplainedBy = "dnssec_why" },
        new("dnssec_why", SignalUnit.Text, "Why it is not secure."),
        new("signature_expires_in", SignalUnit.Seconds, "Time until the first signature of the chain is no longer valid; negative when it is not."),
    ];

    public override ImmutableArray<string> DefaultConditions(object options)
    {
        var dns = (DnsOptions)options;
        var conditions = ImmutableArray.CreateBuilder<string>();
        conditions.Add("rcode == \"NOERROR\" else down");
        conditions.Add("answers > 0");
        conditions.Add("resolvers_silent == 0 else degraded");
        if (!dns.Expect.IsEmpty)
        {
            conditions.Add("not unexpected");
            conditions.Add("wrong_resolvers == 0 else degraded");
        }
        if (!dns.Nameservers.IsEmpty) conditions.Add("not nameservers_changed");
        if (dns.Dnssec == DnssecUse.Require)
        {
            conditions.Add("dnssec != \"bogus\" and dnssec != \"insecure\"");
            conditions.Add("dnssec != \"indeterminate\" after 3 in a row else degraded");
        }
        return conditions.ToImmutable();
    }

    public override IEnumerable<OptionMistake> Validate(object options)
    {
        var dns = (DnsOptions)options;
        var isKnown = DnsType.Askable.TryGetValue(dns.Record, out var type);
        if (!isKnown) yield return new OptionMistake("record", $"'{dns.Record}' is none of {string.Join(", ", DnsType.Askable.Keys)}.{DidYouMean.Sentence(dns.Record.ToUpperInvariant(), DnsType.Askable.Keys)}");
        if (NameOf(dns) is null) yield return new OptionMistake("dns", $"'{dns.Domain}' is not a domain name: letters, digits, '-' and '_', parts of 1 to 63, 253 in all. Try app.example.org; write other scripts as xn--….");
        if (dns.Resolvers.IsEmpty) yield return new OptionMistake("resolvers", "is empty: nobody would be asked. Leave it out for this machine's own, or give [1.1.1.1, 9.9.9.9].");
        if (dns.Resolvers.Length > MostResolvers) yield return new OptionMistake("resolvers", $"has more than {MostResolvers} entries: they are all asked at once. Keep the best few.");
        foreach (var text in dns.Resolvers)
            if (!DnsServer.TryParse(text, out _)) yield return new OptionMistake("resolvers", $"'{text}' is no server. Write 1.1.1.1, \"9.9.9.9:53\", \"[2620:fe::fe]:53\", ns1.example.org or system.");
        if (dns.Resolvers.Distinct(StringComparer.OrdinalIgnoreCase).Count() < dns.Resolvers.Length) yield return new OptionMistake("resolvers", "names a server twice: it would have two votes. Keep one.");
        if (dns.Authoritative == true && dns.Resolvers.Contains(DnsServer.SystemWord)) yield return new OptionMistake("authoritative", "cannot be true with the resolver system, which is this machine's and not the zone's. Name the zone's servers in resolvers.");
        if (dns.Expect.Length > MostExpected) yield return new OptionMistake("expect", $"has more than {MostExpected} entries. Keep to the records of one answer.");
        foreach (var text in isKnown ? dns.Expect : [])
            if (DnsRecordText.Normal(type, text) is null) yield return new OptionMistake("expect", $"'{text}' can be no {dns.Record} record. Try {ExampleOf(type)}.");
        if (dns.Nameservers.Length > MostExpected) yield return new OptionMistake("nameservers", $"has more than {MostExpected} entries. Keep to the zone's own.");
        foreach (var text in dns.Nameservers)
            if (!DnsName.TryParse(text, out _)) yield return new OptionMistake("nameservers", $"'{text}' is not the name of a server. Try ns1.example.org.");
        if (dns.Dnssec == DnssecUse.Require && dns.TrustAnchors.IsEmpty) yield return new OptionMistake("trust_anchors", "is empty: nothing could be trusted. Leave it out for the root's keys.");
        foreach (var text in dns.TrustAnchors)
            if (!TrustAnchor.TryParse(text, out _)) yield return new OptionMistake("trust_anchors", $"'{text}' is no DS record. Write it as the zone's parent has it: example.org. IN DS 20326 8 2 E06D….");
    }

    /// <summary>The first server.</summary>
    public override string? Provider(object options) => Servers((DnsOptions)options).FirstOrDefault();

    /// <summary>Each server is asked at each look.</summary>
    public override IEnumerable<(string Provider, int Calls)> CallsOf(object options) => Servers((DnsOptions)options).Select(server => (server, CallsPerObservation(options)));

    private static IEnumerable<string> Servers(DnsOptions dns)
    {
        foreach (var text in dns.Resolvers)
            if (DnsServer.TryParse(text, out var server))
                yield return server.At?.ToString() ?? SystemResolver.Read().Select(system => system.ToString()).FirstOrDefault(DnsServer.SystemWord);
    }

    /// <summary>One question a server, one more for the name servers, and another where the name is no zone of its own; what a chain of signatures takes is kept for up to an hour.</summary>
    public override int CallsPerObservation(object options) => ((DnsOptions)options).Nameservers.IsEmpty ? 1 : 3;

    public override Probe Create(ProbeDefinition definition, NetworkPath path, ProbeEnvironment environment) =>
        new DnsProbe(definition, (DnsOptions)definition.Options, path, environment);

    /// <returns>The name that is asked for; null when the option is no name.</returns>
    internal static DnsName? NameOf(DnsOptions dns)
    {
        if (dns.Record == "PTR" && IPAddress.TryParse(dns.Domain, out var address)) return Reverse(address);
        return DnsName.TryParse(dns.Domain, out var name) ? name : null;
    }

    /// <summary>Where the DNS keeps the name of an address (RFC 1035, section 3.5; RFC 3596, section 2.5).</summary>
    private static DnsName Reverse(IPAddress address)
    {
        var octets = address.GetAddressBytes().Reverse();
        return octets.Count() == 4
            ? DnsName.Parse($"{string.Join('.', octets)}.in-addr.arpa")
            : DnsName.Parse($"{string.Join('.', octets.Select(octet => FormattableString.Invariant($"{octet & 0xF:x}.{octet >> 4:x}")))}.ip6.arpa");
    }

    private static string ExampleOf(ushort type) => type switch
    {
        DnsType.A => "192.0.2.10",
        DnsType.Aaaa => "2001:db8::10",
        DnsType.Mx => "\"10 mail.example.org\"",
        DnsType.Srv => "\"10 60 443 app.example.org\"",
        DnsType.Caa => "'0 issue \"ca.example.org\"'",
        DnsType.Soa => "\"ns1.example.org admin.example.org 2026010101 3600 600 604800 300\"",
        DnsType.Ds => "\"20326 8 2 E06D…\"",
        DnsType.Dnskey => "\"257 3 13 mdsswUyr…\"",
        _ => "ns1.example.org",
    };
}
