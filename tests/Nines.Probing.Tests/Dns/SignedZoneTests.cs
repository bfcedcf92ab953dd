using Nines.Core.Observations;
using Nines.Probing.Dns;
using NodaTime;

namespace Nines.Probing.Tests.Dns;

/// <summary>Signatures of zones that BIND's own tools signed, asked of the zone's server and of a validating resolver.</summary>
public sealed class SignedZoneTests(Zones zones) : IClassFixture<Zones>
{
    private DnsOptions Ask(string name, bool resolver = false, string record = "A")
    {
        Assert.SkipWhen(Bind.Missing is not null, Bind.Missing ?? "");
        return new DnsOptions
        {
            Domain = name, Record = record, Dnssec = DnssecUse.Require, TrustAnchors = [zones.Anchor],
            Resolvers = [resolver ? zones.Resolver.Address : zones.Authority.Address],
        };
    }

    private static async Task<(string Security, string? Why, double ExpiresIn)> LookAsync(DnsOptions options, ProbeEnvironment? environment = null)
    {
        Assert.Empty(new DnsProbeType().Validate(options));
        var definition = Look.Define("dns", options);
        var sight = await Look.OnceAsync(definition, environment: environment);
        return (sight.Value(definition, "dnssec").Text!, sight.Value(definition, "dnssec_why").Text, sight.Value(definition, "signature_expires_in").Number);
    }

    [Theory]
    [InlineData("app.p256.test")]
    [InlineData("app.p384.test")]
    [InlineData("app.rsa256.test")]
    [InlineData("app.rsa512.test")]
    [InlineData("www.p256.test")]
    public async Task What_the_zone_and_its_parent_signed_is_secure(string name)
    {
        foreach (var resolver in new[] { false, true })
        {
            var (security, why, expiresIn) = await LookAsync(Ask(name, resolver));
            Assert.Equal(("secure", null), (security, why));
            Assert.InRange(expiresIn, 86400 * 29, 86400 * 31);
        }
    }

    [Theory]
    [InlineData("AAAA")]
    [InlineData("NS")]
    [InlineData("MX")]
    [InlineData("SOA")]
    [InlineData("TXT")]
    [InlineData("DNSKEY")]
    [InlineData("DS")]
    public async Task Records_of_every_type_are_secure(string record)
    {
        var name = record switch { "AAAA" => "app.p256.test", "TXT" => "big.p256.test", _ => "p256.test" };
        Assert.Equal(("secure", null), (await LookAsync(Ask(name, record: record))) is var (security, why, _) ? (security, why) : default);
    }

    [Theory]
    [InlineData("app.tampered.test", "bogus", "the signature of app.tampered.test A by key ")]
    [InlineData("app.stripped.test", "bogus", "app.stripped.test A has no signature, although its zone stripped.test is signed")]
    [InlineData("app.expired.test", "bogus", "no longer valid since 2020-02-01T00:00:00Z")]
    [InlineData("app.early.test", "bogus", "is not valid yet")]
    [InlineData("app.otherkey.test", "bogus", "no key of otherkey.test is the one that its parent's DS record names")]
    [InlineData("app.plain.test", "insecure", "plain.test has no DS record with its parent (the proof of that, NSEC or NSEC3, is not checked)")]
    [InlineData("app.ed.test", "indeterminate", "ed.test is signed with what is not supported here: algorithm 15 (ED25519)")]
    [InlineData("nobody.p256.test", "indeterminate", "proofs of absence (NSEC, NSEC3) are not checked")]
    [InlineData("any.wild.p256.test", "indeterminate", "any.wild.p256.test A is made from a wildcard")]
    public async Task What_is_wrong_with_a_zone_is_said(string name, string security, string why)
    {
        var (found, because, _) = await LookAsync(Ask(name));
        Assert.Equal(security, found);
        Assert.Contains(why, because, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("app.tampered.test")]
    [InlineData("app.expired.test")]
    public async Task A_resolver_that_hides_a_bogus_answer_behind_SERVFAIL_is_asked_for_what_it_hides(string name)
    {
        var options = Ask(name, resolver: true);
        var definition = Look.Define("dns", options);
        var sight = await Look.OnceAsync(definition);
        Assert.Equal("SERVFAIL", sight.Value(definition, "rcode").Text);
        Assert.Equal("bogus", sight.Value(definition, "dnssec").Text);
    }

    [Fact]
    public async Task An_expired_signature_has_expired_so_long_ago()
    {
        var at = Instant.FromUtc(2020, 2, 3, 0, 0);
        // Then the other zones' signatures had not begun: the key's own chain is asked of the zone alone.
        Assert.SkipWhen(Bind.Missing is not null, Bind.Missing ?? "");
        var key = (await Look.OnceAsync(Look.Define("dns", new DnsOptions { Domain = "expired.test", Record = "DS", Resolvers = [zones.Authority.Address] }))).Signals[5].Text;
        var options = Ask("app.expired.test") with { TrustAnchors = [$"expired.test. IN DS {key}"] };
        var (security, _, expiresIn) = await LookAsync(options, new ProbeEnvironment(TimeProvider.System, () => at));
        Assert.Equal("bogus", security);
        Assert.Equal(-2 * 86400, expiresIn);

        at = Instant.FromUtc(2020, 1, 31, 0, 0);
        (security, _, expiresIn) = await LookAsync(options, new ProbeEnvironment(TimeProvider.System, () => at));
        Assert.Equal(("secure", 86400), (security, expiresIn));
    }

    [Fact]
    public async Task Another_trust_anchor_trusts_nothing_here()
    {
        var wrong = zones.Anchor[..^4] + "0000";
        Assert.Contains("no key of test is the one that the trust anchors name", (await LookAsync(Ask("app.p256.test") with { TrustAnchors = [wrong] })).Why, StringComparison.Ordinal);
        var (security, why, _) = await LookAsync(Ask("app.p256.test") with { TrustAnchors = ["example.org. IN DS 20326 8 2 E06D44B8"] });
        Assert.Equal(("indeterminate", "no trust anchor is above p256.test"), (security, why));
    }

    [Fact]
    public async Task The_chain_is_asked_for_once_and_kept()
    {
        Assert.SkipWhen(Bind.Missing is not null, Bind.Missing ?? "");
        await using var between = new FaultyServer(zones.Authority.Port);
        var definition = Look.Define("dns", Ask("app.p256.test") with { Resolvers = [between.Address] });
        await using var probe = Look.Make(definition);
        await Look.OnceAsync(probe, Look.Long);
        var first = between.Questions;
        var sight = await Look.OnceAsync(probe, Look.Long);
        Assert.Equal("secure", sight.Value(definition, "dnssec").Text);
        Assert.Equal((4, 5), (first, between.Questions));   // the answer, two sets of keys, one DS; then the answer alone
    }

    [Fact]
    public async Task Signatures_are_not_looked_at_unless_they_are_asked_for()
    {
        var definition = Look.Define("dns", Ask("app.tampered.test") with { Dnssec = DnssecUse.Off });
        var sight = await Look.OnceAsync(definition);
        Assert.True(sight.Value(definition, "dnssec").IsMissing);
        Assert.IsType<Outcome.Answered>(sight.Outcome);
    }
}
