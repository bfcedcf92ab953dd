using Nines.Probing.Dns;

namespace Nines.Probing.Tests.Dns;

public sealed class DnsOptionsTests
{
    private static readonly DnsOptions Good = new() { Domain = "app.example.org" };

    private static string Mistake(DnsOptions options)
    {
        var mistake = Assert.Single(new DnsProbeType().Validate(options));
        return $"{mistake.Option} {mistake.Message}";
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("https://app.example.org")]
    [InlineData("a..b")]
    [InlineData(".a")]
    [InlineData("bücher.example")]
    [InlineData("a123456789a123456789a123456789a123456789a123456789a123456789a123.example")]
    public void What_is_no_name_is_a_mistake(string name) => Assert.StartsWith($"dns '{name}' is not a domain name", Mistake(Good with { Domain = name }), StringComparison.Ordinal);

    [Fact]
    public void An_address_is_a_name_only_for_PTR()
    {
        Assert.Empty(new DnsProbeType().Validate(Good with { Domain = "192.0.2.1", Record = "PTR" }));
        Assert.Equal("1.2.0.192.in-addr.arpa", DnsProbeType.NameOf(Good with { Domain = "192.0.2.1", Record = "PTR" })!.ToString());
        Assert.Equal("1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", DnsProbeType.NameOf(Good with { Domain = "2001:db8::1", Record = "PTR" })!.ToString());
        Assert.Contains("'2001:db8::1' is not a domain name", Mistake(Good with { Domain = "2001:db8::1" }), StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_type_is_a_mistake_that_names_the_nearest()
    {
        Assert.Contains("record 'AAA' is none of A, AAAA, CAA, CNAME, DNSKEY, DS, MX, NS, PTR, SOA, SRV, TXT. Did you mean 'AAAA'?", Mistake(Good with { Record = "AAA" }), StringComparison.Ordinal);
        Assert.Contains("record 'a' is none of", Mistake(Good with { Record = "a" }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.1.1.1", "1.1.1.1:53")]
    [InlineData("9.9.9.9:5353", "9.9.9.9:5353")]
    [InlineData("2620:fe::fe", "[2620:fe::fe]:53")]
    [InlineData("[2620:fe::fe]:853", "[2620:fe::fe]:853")]
    [InlineData("ns1.example.org", "ns1.example.org:53")]
    [InlineData("ns1.example.org:54", "ns1.example.org:54")]
    public void A_server_is_an_address_or_a_name_with_or_without_a_port(string text, string at)
    {
        Assert.True(DnsServer.TryParse(text, out var server));
        Assert.Equal(at, server.At.ToString());
        Assert.Equal(at, new DnsProbeType().Provider(Good with { Resolvers = [text] }));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1.1.1.1:0")]
    [InlineData("1.1.1.1:x")]
    [InlineData("https://dns.example/dns-query")]
    [InlineData("two words")]
    public void What_is_no_server_is_a_mistake(string text) => Assert.StartsWith($"resolvers '{text}' is no server", Mistake(Good with { Resolvers = [text] }), StringComparison.Ordinal);

    [Fact]
    public void Resolvers_are_some_not_too_many_and_each_once()
    {
        Assert.Contains("is empty", Mistake(Good with { Resolvers = [] }), StringComparison.Ordinal);
        Assert.Contains("names a server twice", Mistake(Good with { Resolvers = ["1.1.1.1", "1.1.1.1"] }), StringComparison.Ordinal);
        Assert.Contains("more than 16", Mistake(Good with { Resolvers = [.. Enumerable.Range(1, 17).Select(i => $"192.0.2.{i}")] }), StringComparison.Ordinal);
    }

    [Fact]
    public void The_machine_s_own_resolver_is_never_the_zone_s()
    {
        Assert.StartsWith("authoritative cannot be true with the resolver system", Mistake(Good with { Authoritative = true }), StringComparison.Ordinal);
        Assert.Empty(new DnsProbeType().Validate(Good with { Authoritative = true, Resolvers = ["ns1.example.org"] }));
    }

    [Theory]
    [InlineData("A", "2001:db8::1")]
    [InlineData("A", "app.example.org")]
    [InlineData("A", "1")]
    [InlineData("AAAA", "192.0.2.1")]
    [InlineData("MX", "mail.example.org")]
    [InlineData("SRV", "10 443 app")]
    [InlineData("CNAME", "not a name")]
    [InlineData("CAA", "issue ca")]
    [InlineData("SOA", "ns1 admin 1")]
    [InlineData("DS", "20326 8 2")]
    [InlineData("DNSKEY", "257 3 x key")]
    public void What_can_be_no_such_record_is_a_mistake(string record, string expected) =>
        Assert.StartsWith($"expect '{expected}' can be no {record} record. Try ", Mistake(Good with { Record = record, Expect = [expected] }), StringComparison.Ordinal);

    [Theory]
    [InlineData("AAAA", "2001:DB8:0::10", "2001:db8::10")]
    [InlineData("MX", " 10  Mail.Example.ORG.", "10 mail.example.org")]
    [InlineData("CAA", "0 ISSUE \"ca.example\"", "0 issue ca.example")]
    [InlineData("DS", "1 13 2 ab cd", "1 13 2 ABCD")]
    [InlineData("DNSKEY", "257 3 13 mdsswUyr 3DPW", "257 3 13 mdsswUyr3DPW")]
    [InlineData("SOA", "NS1. admin. 1 2 3 4 5", "ns1 admin 1 2 3 4 5")]
    [InlineData("TXT", "v=spf1  -all", "v=spf1  -all")]
    public void What_is_expected_is_brought_into_the_form_of_the_answers(string record, string expected, string normal) =>
        Assert.Equal(normal, DnsRecordText.Normal(DnsType.Askable[record], expected));

    [Fact]
    public void Name_servers_are_names_and_lists_have_limits()
    {
        Assert.StartsWith("nameservers '192.0.2.1:53' is not the name of a server", Mistake(Good with { Nameservers = ["192.0.2.1:53"] }), StringComparison.Ordinal);
        Assert.Contains("more than 64", Mistake(Good with { Nameservers = [.. Enumerable.Range(0, 65).Select(i => $"ns{i}.example")] }), StringComparison.Ordinal);
        Assert.Contains("more than 64", Mistake(Good with { Expect = [.. Enumerable.Range(0, 65).Select(i => $"192.0.2.{i}")] }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("20326 8 2 E06D44B8")]
    [InlineData(". IN DS 20326 8 2")]
    [InlineData(". IN DS 99999 8 2 E06D")]
    [InlineData(". IN DS 20326 8 2 E06")]
    [InlineData(". IN DS 20326 8 2 XY")]
    [InlineData(". CH DS 20326 8 2 E06D")]
    [InlineData(". IN DNSKEY 257 3 8 AwEAAaz")]
    public void What_is_no_DS_record_is_a_mistake(string anchor) =>
        Assert.StartsWith($"trust_anchors '{anchor}' is no DS record", Mistake(Good with { TrustAnchors = [anchor] }), StringComparison.Ordinal);

    [Fact]
    public void DNSSEC_needs_something_to_trust() =>
        Assert.Contains("nothing could be trusted", Mistake(Good with { Dnssec = DnssecUse.Require, TrustAnchors = [] }), StringComparison.Ordinal);

    [Fact]
    public void The_machine_s_resolvers_are_read_from_resolv_conf()
    {
        const string text = "# nameserver 192.0.2.9\nsearch example.org\nnameserver 192.0.2.1\nnameserver\t2001:db8::1 \r\nnameserver nonsense\noptions edns0\nnameserver 192.0.2.3\nnameserver 192.0.2.4\n";
        Assert.Equal(["192.0.2.1:53", "[2001:db8::1]:53", "192.0.2.3:53"], SystemResolver.Parse(text).Select(server => server.ToString()));
        Assert.Empty(SystemResolver.Parse(""));
    }

    [Fact]
    public void Conditions_follow_what_is_asked_for()
    {
        var type = new DnsProbeType();
        Assert.Equal(3, type.DefaultConditions(Good).Length);
        Assert.Contains("not unexpected", type.DefaultConditions(Good with { Expect = ["192.0.2.1"] }));
        Assert.Contains("not nameservers_changed", type.DefaultConditions(Good with { Nameservers = ["ns1.example.org"] }));
        Assert.Contains("dnssec != \"bogus\" and dnssec != \"insecure\"", type.DefaultConditions(Good with { Dnssec = DnssecUse.Require }));
    }
}
