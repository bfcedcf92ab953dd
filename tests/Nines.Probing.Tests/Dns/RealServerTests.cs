using System.Collections.Immutable;
using Nines.Core.Components;
using Nines.Core.Conditions;
using Nines.Core.Observations;
using Nines.Probing.Dns;
using NodaTime;

namespace Nines.Probing.Tests.Dns;

/// <summary>Against a real name server and a real validating resolver.</summary>
public sealed class RealServerTests(Zones zones) : IClassFixture<Zones>
{
    private static readonly Duration Short = Duration.FromSeconds(2);

    private DnsOptions Ask(string name, string record = "A", params string[] servers)
    {
        Assert.SkipWhen(Bind.Missing is not null, Bind.Missing ?? "");
        return new DnsOptions { Domain = name, Record = record, Resolvers = servers.Length == 0 ? [zones.Authority.Address] : [.. servers] };
    }

    private static Task<Sight> LookAsync(DnsOptions options, Duration? timeout = null) => Look.OnceAsync(Define(options, timeout));

    private static ProbeDefinition Define(DnsOptions options, Duration? timeout = null)
    {
        Assert.Empty(new DnsProbeType().Validate(options));
        return Look.Define("dns", options, timeout ?? Look.Long);
    }

    private static SignalValue Value(Sight sight, string name) => sight.Value(Look.Define("dns", new DnsOptions { Domain = "x" }), name);

    /// <summary>The default conditions that the sight breaks.</summary>
    private static string[] Broken(DnsOptions options, Sight sight)
    {
        Assert.IsType<Outcome.Answered>(sight.Outcome);
        var vocabulary = new SignalVocabulary(new DnsProbeType().Signals);
        return [.. new DnsProbeType().DefaultConditions(options)
            .Select(text => Assert.IsType<ConditionReading.Understood>(ConditionParser.Parse(text, vocabulary)).Condition)
            .Where(condition => !condition.Holds.IsTrue(sight.Signals.AsSpan()))
            .Select(condition => condition.Text)];
    }

    [Theory]
    [InlineData("app.plain.test", "A", "192.0.2.10")]
    [InlineData("App.PLAIN.test.", "AAAA", "2001:db8::10")]
    [InlineData("www.plain.test", "A", "192.0.2.10")]
    [InlineData("www.plain.test", "CNAME", "app.plain.test")]
    [InlineData("pair.plain.test", "A", "192.0.2.20, 192.0.2.21")]
    [InlineData("plain.test", "NS", "ns.test, ns2.test")]
    [InlineData("plain.test", "SOA", "ns.test admin.test 2026010101 3600 600 604800 60")]
    [InlineData("plain.test", "MX", "10 mail.plain.test")]
    [InlineData("plain.test", "CAA", "0 issue ca.example")]
    [InlineData("_api._tcp.plain.test", "SRV", "10 60 443 app.plain.test")]
    [InlineData("note.plain.test", "TXT", "hello world")]
    public async Task Every_type_of_record_is_read_as_the_server_has_it_and_is_what_is_expected(string name, string record, string records)
    {
        var options = Ask(name, record) with { Expect = [.. record is "A" ? records.Split(", ").Reverse() : record is "NS" ? records.Split(", ") : [records]] };
        var sight = await LookAsync(options);

        Assert.Empty(Broken(options, sight));
        Assert.Equal(records, Value(sight, "records").Text);
        Assert.Equal("NOERROR", Value(sight, "rcode").Text);
        Assert.Equal(300, Value(sight, "ttl").Number);
        Assert.True(Value(sight, "split").IsMissing);
        Assert.InRange(Value(sight, "round_trip").Number, 0, 20);
        Assert.Equal(record == "SOA" ? 2026010101 : double.NaN, Value(sight, "soa_serial").Number);
    }

    [Fact]
    public async Task DS_and_DNSKEY_records_are_read_too()
    {
        var anchor = zones.Anchor.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var keys = await LookAsync(Ask("test", "DNSKEY"));
        Assert.Contains("257 3 13 ", Value(keys, "records").Text);
        Assert.Equal(2, Value(keys, "answers").Number);
        var delegation = await LookAsync(Ask("p256.test", "DS"));
        Assert.Matches(@"^\d+ 13 2 [0-9A-F]{64}$", Value(delegation, "records").Text);
        Assert.Equal("13", anchor[4]);
    }

    [Fact]
    public async Task A_name_that_does_not_exist_is_down()
    {
        var options = Ask("nobody.plain.test");
        var sight = await LookAsync(options);
        Assert.Equal("NXDOMAIN", Value(sight, "rcode").Text);
        Assert.Equal(["rcode == \"NOERROR\" else down", "answers > 0"], Broken(options, sight));
        Assert.False(sight.NeedsControl);   // the zone's own server said so
    }

    [Fact]
    public async Task A_name_without_such_a_record_has_no_answer()
    {
        var options = Ask("pair.plain.test", "AAAA");
        Assert.Equal(["answers > 0"], Broken(options, await LookAsync(options)));
    }

    [Fact]
    public async Task A_zone_that_its_server_cannot_load_is_SERVFAIL_and_down()
    {
        var options = Ask("app.broken.test") with { Authoritative = true };
        var sight = await LookAsync(options);
        Assert.Equal("SERVFAIL", Value(sight, "rcode").Text);
        Assert.Contains("rcode == \"NOERROR\" else down", Broken(options, sight));
        Assert.False(sight.NeedsControl);
    }

    [Fact]
    public async Task SERVFAIL_from_a_resolver_counts_only_when_the_control_vouches_for_us()
    {
        var sight = await LookAsync(Ask("app.broken.test", "A", zones.Resolver?.Address ?? ""));
        Assert.Equal("SERVFAIL", Value(sight, "rcode").Text);
        Assert.True(sight.NeedsControl);
    }

    [Fact]
    public async Task Another_address_than_expected_names_old_and_new()
    {
        var options = Ask("app.plain.test") with { Expect = ["192.0.2.99"] };
        var sight = await LookAsync(options);
        Assert.Equal(["not unexpected", "wrong_resolvers == 0 else degraded"], Broken(options, sight));
        Assert.Equal("192.0.2.10 instead of 192.0.2.99", Value(sight, "difference").Text);
    }

    [Theory]
    [InlineData("plain.test")]
    [InlineData("app.plain.test")]
    public async Task The_zone_s_name_servers_are_compared_and_a_change_names_old_and_new(string name)
    {
        var options = Ask(name) with { Record = name == "plain.test" ? "SOA" : "A", Nameservers = ["NS2.test.", "ns.test"] };
        var sight = await LookAsync(options);
        Assert.Empty(Broken(options, sight));
        Assert.Equal("ns.test, ns2.test", Value(sight, "nameservers").Text);

        options = options with { Nameservers = ["ns.test", "ns9.test"] };
        sight = await LookAsync(options);
        Assert.Equal(["not nameservers_changed"], Broken(options, sight));
        Assert.Equal("ns2.test instead of ns9.test", Value(sight, "nameservers_difference").Text);
    }

    [Theory]
    [InlineData(0)]   // there is such a name, and no name server of it
    [InlineData(3)]   // there is no such name
    public async Task A_zone_that_was_gone_for_a_while_is_not_taken_for_the_one_above_it_for_ever(byte rcode)
    {
        await using var between = Between();
        var options = Ask("plain.test", "SOA", between.Address) with { Nameservers = ["ns.test", "ns2.test"] };
        await using var probe = Look.Make(Define(options));
        between.Answers = (question, answer) => AsksFor(question, "plain.test", DnsType.Ns) ? [FromAbove(question, rcode)] : [answer];
        await Look.OnceAsync(probe, Look.Long);
        between.Answers = (_, answer) => [answer];
        var sight = await Look.OnceAsync(probe, Look.Long);
        Assert.Empty(Broken(options, sight));
        Assert.Equal("ns.test, ns2.test", Value(sight, "nameservers").Text);
    }

    private static bool AsksFor(byte[] question, string name, ushort type)
    {
        var wire = Wire(name);
        var asked = question.AsSpan(12, wire.Length).ToArray().Select(letter => (byte)char.ToLowerInvariant((char)letter));
        return asked.SequenceEqual(wire) && question[12 + wire.Length] << 8 == 0 && question[13 + wire.Length] == type;
    }

    /// <summary>What the servers of "test" say of a zone that they no longer delegate.</summary>
    private static byte[] FromAbove(byte[] question, byte rcode)
    {
        var asked = question.AsSpan(12, Wire("plain.test").Length + 4).ToArray();
        byte[] data = [.. Wire("ns.test"), .. Wire("admin.test"), 0, 0, 0, 1, 0, 0, 14, 16, 0, 0, 2, 88, 0, 9, 58, 128, 0, 0, 0, 60];
        return [question[0], question[1], 0x85, rcode, 0, 1, 0, 0, 0, 1, 0, 0, .. asked, .. Wire("test"), 0, 6, 0, 1, 0, 0, 0, 60, 0, (byte)data.Length, .. data];
    }

    private static byte[] Wire(string name) => [.. name.Split('.').SelectMany(label => (byte[])[(byte)label.Length, .. System.Text.Encoding.ASCII.GetBytes(label)]), 0];

    [Fact]
    public async Task An_answer_too_large_for_UDP_is_fetched_over_TCP()
    {
        await using var between = Between();
        var sight = await LookAsync(Ask("big.plain.test", "TXT", between.Address));
        Assert.Equal(12, Value(sight, "answers").Number);
        Assert.Equal((1, 1), (between.Questions, between.OverTcp));
    }

    [Fact]
    public async Task An_answer_over_TCP_that_never_comes_is_a_time_out_and_no_crash()
    {
        await using var between = Between();
        await using var silent = new HostileServer((stream, stop) => stream.ReadAsync(new byte[1], stop).AsTask());
        var options = Ask("big.plain.test", "TXT", $"127.0.0.1:{silent.Port}") with { Authoritative = true };
        (await LookAsync(options, Short)).Refusal("connection_refused");   // nobody on UDP
    }

    [Fact]
    public async Task A_silent_server_of_the_zone_is_a_time_out_of_the_target()
    {
        await using var between = Between();
        between.IsSilent = _ => true;
        (await LookAsync(Ask("app.plain.test", "A", between.Address) with { Authoritative = true }, Short)).TimesOutIn("answer");
    }

    [Fact]
    public async Task A_server_that_has_answered_with_authority_is_taken_for_the_zone_s_own()
    {
        await using var between = Between();
        var definition = Define(Ask("app.plain.test", "A", between.Address), Short);
        await using var probe = Look.Make(definition);
        Assert.IsType<Outcome.Answered>((await Look.OnceAsync(probe, Look.Long)).Outcome);
        between.IsSilent = _ => true;
        (await Look.OnceAsync(probe, Short)).TimesOutIn("answer");
    }

    [Fact]
    public async Task A_real_server_that_is_frozen_is_a_time_out()
    {
        var options = Ask("app.plain.test") with { Authoritative = true };
        try
        {
            await zones.Authority.FreezeAsync();
            (await LookAsync(options, Short)).TimesOutIn("answer");
        }
        finally
        {
            zones.Authority.Thaw();
        }
        Assert.IsType<Outcome.Answered>((await LookAsync(options)).Outcome);
    }

    [Fact]
    public async Task A_resolver_that_answers_nothing_at_all_is_our_fault_and_not_the_name_s()
    {
        await using var between = Between();
        between.IsSilent = _ => true;
        var sight = await LookAsync(Ask("app.plain.test", "A", between.Address), Short);
        Assert.Equal($"none of our resolvers works: {between.Address} said nothing (and answers nothing else either)", Assert.IsType<Outcome.ProbeFault>(sight.Outcome).Reason);
        Assert.True(sight.NeedsControl);
    }

    [Fact]
    public async Task A_resolver_that_works_and_is_silent_for_this_name_is_a_time_out_of_the_name()
    {
        Assert.SkipWhen(Bind.Missing is not null, Bind.Missing ?? "");
        await using var between = new FaultyServer(zones.Resolver.Port) { IsSilent = question => question[12] != 0 };   // knows the root
        (await LookAsync(Ask("app.plain.test", "A", between.Address), Short)).TimesOutIn("answer");
    }

    [Fact]
    public async Task One_of_three_that_works_and_is_silent_for_this_name_is_degraded_and_one_that_is_dead_is_not()
    {
        Assert.SkipWhen(Bind.Missing is not null, Bind.Missing ?? "");
        await using var between = new FaultyServer(zones.Resolver.Port) { IsSilent = question => question[12] != 0 };
        var options = Ask("app.plain.test", "A", zones.Authority.Address, zones.Resolver.Address, between.Address);
        var sight = await LookAsync(options, Duration.FromSeconds(5));
        Assert.Equal(["resolvers_silent == 0 else degraded"], Broken(options, sight));
        Assert.Equal((2, 2, 1, 0), Count(sight));
        Assert.StartsWith($"{between.Address} said nothing; ", Value(sight, "split").Text, StringComparison.Ordinal);

        between.IsSilent = _ => true;
        sight = await LookAsync(options, Duration.FromSeconds(5));
        Assert.Empty(Broken(options, sight));
        Assert.Equal((2, 2, 0, 1), Count(sight));
    }

    [Fact]
    public async Task One_of_the_zone_s_own_servers_that_is_silent_is_degraded()
    {
        await using var between = Between();
        between.IsSilent = _ => true;
        var options = Ask("app.plain.test", "A", zones.Authority.Address, between.Address) with { Authoritative = true };
        var sight = await LookAsync(options, Short);
        Assert.Equal(["resolvers_silent == 0 else degraded"], Broken(options, sight));
        Assert.Equal((1, 1, 1, 0), Count(sight));
    }

    [Fact]
    public async Task The_majority_counts_and_who_differs_is_named()
    {
        await using var lying = Between();
        lying.Answers = (_, answer) => [Replaced(answer, [192, 0, 2, 10], [192, 0, 2, 66])];
        var options = Ask("app.plain.test", "A", lying.Address, zones.Authority.Address, zones.Resolver.Address) with { Expect = ["192.0.2.10"] };
        var sight = await LookAsync(options);
        Assert.Equal(["wrong_resolvers == 0 else degraded"], Broken(options, sight));
        Assert.Equal("192.0.2.10", Value(sight, "records").Text);
        Assert.True(Value(sight, "disagree").Flag);
        Assert.StartsWith($"{lying.Address} NOERROR 192.0.2.66; ", Value(sight, "split").Text, StringComparison.Ordinal);

        // Alone against one it is an even split: the better answer counts.
        sight = await LookAsync(options with { Resolvers = [lying.Address, zones.Authority.Address] });
        Assert.Equal("192.0.2.10", Value(sight, "records").Text);
    }

    [Fact]
    public async Task The_serials_of_a_zone_s_servers_show_a_secondary_that_lags()
    {
        await using var behind = Between();
        behind.Answers = (_, answer) => [Replaced(answer, Serial(2026010101), Serial(2026010089))];
        var sight = await LookAsync(Ask("plain.test", "SOA", behind.Address, zones.Authority.Address) with { Authoritative = true });
        Assert.Equal(2026010101, Value(sight, "soa_serial").Number);
        Assert.Equal(12, Value(sight, "serial_lag").Number);
    }

    [Fact]
    public async Task A_slow_server_answers_slowly()
    {
        await using var between = Between();
        between.Delay = TimeSpan.FromMilliseconds(1000);   // past the first repeat of the question
        var sight = await LookAsync(Ask("app.plain.test", "A", zones.Authority.Address, between.Address));
        Assert.InRange(Value(sight, "slowest").Number, 0.95, 60);
        Assert.True(Value(sight, "fastest").Number < Value(sight, "slowest").Number);
        Assert.Equal(1, between.Questions);
        Assert.True(between.Packets >= 2, $"{between.Packets} packets");
    }

    [Fact]
    public async Task Forged_packets_are_not_taken_for_the_answer_that_comes_after_them()
    {
        await using var between = Between();
        between.Answers = (question, answer) =>
        [
            Changed(Replaced(answer, [192, 0, 2, 10], [192, 0, 2, 66]), 0, 0x55),      // another id
            Changed(Replaced(answer, [192, 0, 2, 10], [192, 0, 2, 66]), 13, 0x01),     // another name
            [1, 2, 3],
            question,                                                                // our own question back
            answer,
        ];
        var sight = await LookAsync(Ask("app.plain.test", "A", between.Address));
        Assert.Equal("192.0.2.10", Value(sight, "records").Text);
    }

    [Fact]
    public async Task A_server_that_only_sends_forged_packets_says_nothing()
    {
        await using var between = Between();
        between.Answers = (_, answer) => [Changed(answer, 0, 0x55)];
        var sight = await LookAsync(Ask("app.plain.test", "A", between.Address) with { Authoritative = true }, Short);
        sight.TimesOutIn("answer");
    }

    [Fact]
    public async Task A_server_that_does_not_keep_the_case_of_the_name_is_asked_over_TCP()
    {
        await using var between = Between();
        between.Answers = (_, answer) => [Lowered(answer)];
        var sight = await LookAsync(Ask("app-with-a-long-name-of-many-letters.wild.plain.test", "A", between.Address));
        Assert.Equal("192.0.2.30", Value(sight, "records").Text);
        Assert.Equal(1, between.OverTcp);
    }

    [Fact]
    public async Task An_answer_that_cannot_be_read_is_malformed()
    {
        await using var between = Between();
        between.Answers = (_, answer) => [answer[..^3]];
        var refused = (await LookAsync(Ask("app.plain.test", "A", between.Address) with { Authoritative = true })).Refusal("malformed");
        Assert.Equal($"{between.Address} sent a malformed answer: it is cut", refused.Message);
    }

    [Fact]
    public async Task A_server_from_before_EDNS_is_asked_without_it()
    {
        await using var between = Between();
        between.Answers = (question, answer) => [question[11] == 1 ? [.. question[..2], 0x80, 1, .. new byte[8]] : answer];
        Assert.Equal("192.0.2.10", Value(await LookAsync(Ask("app.plain.test", "A", between.Address)), "records").Text);
    }

    [Fact]
    public async Task Through_a_proxy_servers_are_asked_over_TCP_and_the_machine_s_own_resolver_not_at_all()
    {
        var options = Ask("app.plain.test");
        await using var proxy = Paths.NetworkPathTests.Proxy();
        var path = Look.Path(new Uri($"http://{proxy.Target}"));
        var sight = await Look.OnceAsync(Define(options), path);
        Assert.Equal("192.0.2.10", Value(sight, "records").Text);
        Assert.Equal(1, proxy.Accepted);

        var fault = Assert.IsType<Outcome.ProbeFault>((await Look.OnceAsync(Define(new DnsOptions { Domain = "app.plain.test" }), path)).Outcome);
        Assert.Contains("this machine's resolver is not behind it: name servers in resolvers", fault.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_source_address_of_the_vantage_point_is_used_and_one_that_is_not_there_is_our_fault()
    {
        Assert.Equal("192.0.2.10", Value(await Look.OnceAsync(Define(Ask("app.plain.test")), Look.Path(source: "127.0.0.7")), "records").Text);
        var sight = await Look.OnceAsync(Define(Ask("app.plain.test")), Look.Path(source: "192.0.2.250"));
        Assert.IsType<Outcome.ProbeFault>(sight.Outcome);
    }

    private FaultyServer Between()
    {
        Assert.SkipWhen(Bind.Missing is not null, Bind.Missing ?? "");
        return new FaultyServer(zones.Authority.Port);
    }

    private static (double Answering, double Agreeing, double Silent, double Dead) Count(Sight sight) =>
        (Value(sight, "resolvers_answering").Number, Value(sight, "resolvers_agreeing").Number, Value(sight, "resolvers_silent").Number, Value(sight, "resolvers_dead").Number);

    private static byte[] Serial(uint serial) => [.. BitConverter.GetBytes(serial).Reverse()];

    private static byte[] Replaced(byte[] packet, byte[] old, byte[] now)
    {
        var at = packet.AsSpan().IndexOf(old);
        return at < 0 ? packet : [.. packet[..at], .. now, .. packet[(at + old.Length)..]];
    }

    private static byte[] Changed(byte[] packet, int at, byte by)
    {
        var changed = (byte[])packet.Clone();
        changed[at] ^= by;
        return changed;
    }

    private static byte[] Lowered(byte[] packet)
    {
        var lower = (byte[])packet.Clone();
        for (var i = 12; lower[i] != 0; i++)
            if (char.IsAsciiLetterUpper((char)lower[i])) lower[i] |= 0x20;
        return lower;
    }
}
