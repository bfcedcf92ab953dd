using System.Collections.Immutable;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Fix;
using Nines.Probing.Orders;
using Nines.Probing.Venues;
using NodaTime;

namespace Nines.Probing.Tests.Fix;

/// <summary>An acceptor of the lab that follows the published session rules: one process for all tests of a class.</summary>
public sealed class LabAcceptor : IAsyncLifetime
{
    internal Lab? Lab { get; private set; }

    public async ValueTask InitializeAsync() =>
        Lab = Nines.Testing.Lab.Missing is null ? await Nines.Testing.Lab.StartAsync("fix.mjs", "--password", "sesame", "--sign-key", "c2VjcmV0LWtleQ==") : null;

    public ValueTask DisposeAsync() => Lab?.DisposeAsync() ?? ValueTask.CompletedTask;
}

/// <summary>The probe against that acceptor: each test has a CompID of its own, and the faults are switched by one test at a time.</summary>
public sealed class LabFixTests(LabAcceptor fixture) : IClassFixture<LabAcceptor>, IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("nines-fix-").FullName;
    private readonly List<string> notices = [];

    private Lab Lab
    {
        get
        {
            Assert.SkipWhen(fixture.Lab is null, Nines.Testing.Lab.Missing ?? "");
            return fixture.Lab!;
        }
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private ProbeEnvironment Environment => Look.Environment with
    {
        Folder = folder, Noticed = what =>
        {
            lock (notices) notices.Add(what);
        },
    };

    private FixOptions Options(string sender) => new()
    {
        Target = Lab.Said("target"), SenderCompId = sender, TargetCompId = "VENUE", CompIdIsDedicated = true, Tls = false, Heartbeat = Duration.FromSeconds(1), LogonEvery = Duration.FromSeconds(1),
        Password = "sesame", Sign = new FixSignature { Key = "c2VjcmV0LWtleQ==" }, Status = FixStatusSource.Session, Symbol = "ETH-USD",
        Words = ImmutableSortedDictionary<string, TradingStatus>.Empty.Add("100", TradingStatus.CancelOnly).Add("101", TradingStatus.Maintenance),
    };

    private FixOrderTerms Orders => new()
    {
        Side = OrderSide.Buy, Quantity = 0.01m, Price = 100, Lowest = 50, Highest = 200, DailyCap = 5, Every = Duration.FromSeconds(5), Limit = Duration.FromSeconds(10),
        Market = new MarketPrice { Url = Lab.Admin("book"), At = "$.bids[0][0]" },
    };

    private (ProbeDefinition Definition, Probe Probe) Make(FixOptions options)
    {
        var definition = Look.WithDefaults("fix", options);
        return (definition, Look.Make(definition, environment: Environment));
    }

    private async Task<System.Text.Json.Nodes.JsonNode> SessionAsync(string sender) =>
        (await Lab.StatusAsync())["sessions"]!.AsArray().Single(session => session!["id"]!.GetValue<string>() == sender)!;

    /// <summary>Looks until it sees that; each look is one of an impatient watch.</summary>
    private static async Task<Sight> UntilAsync(Probe probe, Func<Sight, bool> seen, string what)
    {
        for (var began = System.Diagnostics.Stopwatch.GetTimestamp(); ;)
        {
            var sight = await Look.OnceAsync(probe, Duration.FromSeconds(2));
            if (sight.Outcome is Outcome.Answered && seen(sight)) return sight;
            Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(began) < Patience.Most, $"waited too long for {what}; last {sight.Outcome}");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }
    }

    [Fact]
    public async Task A_session_stands_goes_on_after_a_restart_and_never_asks_for_a_reset()
    {
        // No heartbeat comes in between, however long it takes.
        var options = Options("RESTARTS") with { Heartbeat = Duration.FromSeconds(60) };
        var (definition, probe) = Make(options);
        for (var start = 1; start <= 3; start++)
        {
            await using (probe)
            {
                var sight = await Look.OnceAsync(probe, Look.Long);
                Assert.DoesNotContain(sight.Broken(definition), text => !text.Contains("trading_status", StringComparison.Ordinal));
                sight = await UntilAsync(probe, seen => seen.Value(definition, "trading_status").Text == "trading", "the status");
                Assert.Empty(sight.Broken(definition));
                Assert.InRange(sight.Value(definition, "clock_skew").Number, 0, 0.9);
            }
            var session = await SessionAsync("RESTARTS");
            Assert.Equal((false, start * 3 + 1), (session["connected"]!.GetValue<bool>(), session["next_in"]!.GetValue<int>()));   // Logon, request, Logout each time
            (definition, probe) = Make(options);
        }
        await probe.DisposeAsync();
        Assert.Equal(0, (await Lab.StatusAsync())["reset_flags"]!.GetValue<int>());
    }

    [Fact]
    public async Task An_acceptor_that_falls_silent_is_down_since_its_last_message_and_up_again_when_it_speaks()
    {
        var (definition, probe) = Make(Options("SILENT"));
        await using var _ = probe;
        await Look.OnceAsync(probe, Look.Long);
        await Lab.CommandAsync("silent?on=1");
        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        Sight silent;
        TimeSpan passed;
        try
        {
            silent = await UntilAsync(probe, seen => seen.Value(definition, "unanswered").Number > 0, "the silence");
        }
        finally
        {
            passed = System.Diagnostics.Stopwatch.GetElapsedTime(began);
            await Lab.CommandAsync("silent?on=0");
        }
        // From its last message on, which may be a heartbeat older than the command.
        Assert.InRange(silent.Value(definition, "unanswered").Number, 2.1, passed.TotalSeconds + 1.5);
        Assert.Contains("unanswered <= 0s else down", silent.Broken(definition));
        var after = await UntilAsync(probe, seen => seen.Value(definition, "logged_on").Flag && seen.Value(definition, "unanswered").Number == 0, "the session");
        Assert.DoesNotContain("unanswered <= 0s else down", after.Broken(definition));
    }

    [Fact]
    public async Task A_disconnect_at_the_end_of_the_session_is_no_failure()
    {
        var (definition, probe) = Make(Options("LIFETIME"));
        await using var _ = probe;
        await Look.OnceAsync(probe, Look.Long);
        await Lab.CommandAsync("lifetime?ms=700");
        try
        {
            var reconnects = 0d;
            var began = System.Diagnostics.Stopwatch.GetTimestamp();
            for (var i = 0; i < 12; i++)
            {
                var sight = await Look.OnceAsync(probe, Look.Long);
                Assert.True(sight.Value(definition, "logged_on").Flag);
                Assert.DoesNotContain(sight.Broken(definition), text => !text.Contains("trading_status", StringComparison.Ordinal));
                reconnects += sight.Value(definition, "reconnects").Number;
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
            }
            Assert.InRange(reconnects, 1, System.Diagnostics.Stopwatch.GetElapsedTime(began).TotalSeconds / 0.7 + 2);
        }
        finally
        {
            await Lab.CommandAsync("lifetime?ms=0");
        }
    }

    [Fact]
    public async Task Numbers_that_the_venue_began_anew_are_told_and_the_session_is_had_again()
    {
        var (definition, probe) = Make(Options("RESETS"));
        await using var _ = probe;
        await UntilAsync(probe, seen => seen.Value(definition, "trading_status").Text == "trading", "the status");
        await Lab.CommandAsync("reset");
        // First it is not to be had: the numbers do not fit. Then the venue says the same again.
        var reset = await UntilAsync(probe, seen => seen.Value(definition, "sequence_reset").Flag, "the reset");
        Assert.Contains("not sequence_reset else degraded", reset.Broken(definition));
        await UntilAsync(probe, seen => !seen.Value(definition, "sequence_reset").Flag, "the new numbers");
        Assert.Equal(0, (await Lab.StatusAsync())["reset_flags"]!.GetValue<int>());
    }

    [Fact]
    public async Task Messages_left_out_are_asked_for_and_garbled_ones_are_passed_over()
    {
        var (definition, probe) = Make(Options("GAPS"));
        await using var _ = probe;
        await Look.OnceAsync(probe, Look.Long);
        await Lab.CommandAsync("skip?size=7");
        await UntilAsync(probe, seen => seen.Value(definition, "gaps").Number == 1, "the gap");
        await Lab.CommandAsync("garble");
        var garbled = await UntilAsync(probe, seen => seen.Value(definition, "garbled").Number > 0, "the garble");
        Assert.True(garbled.Value(definition, "logged_on").Flag);
        Assert.Equal(0, garbled.Value(definition, "reconnects").Number);
    }

    [Theory]
    [InlineData("status?status=halted", "status?status=trading", "trading_status != \"halted\"")]
    [InlineData("status?status=cancel_only", "status?status=trading", "trading_status != \"halted\"")]
    [InlineData("status?status=maintenance", "status?status=trading", "not maintenance")]
    [InlineData("clock?ms=2000", "clock?ms=0", "clock_skew < 1s")]
    [InlineData("clock?ms=-2001", "clock?ms=0", "clock_skew < 1s")]
    public async Task Each_fault_breaks_its_condition_and_its_end_mends_it(string fault, string end, string broken)
    {
        var (definition, probe) = Make(Options(new string([.. fault.Where(char.IsAsciiLetterOrDigit)])));
        await using var _ = probe;
        await UntilAsync(probe, seen => !seen.Broken(definition).Any(), "a healthy session");
        await Lab.CommandAsync(fault);
        try
        {
            var sight = await UntilAsync(probe, seen => seen.Broken(definition).Any(), fault);
            Assert.StartsWith(broken, Assert.Single(sight.Broken(definition)), StringComparison.Ordinal);
        }
        finally
        {
            await Lab.CommandAsync(end);
        }
        await UntilAsync(probe, seen => !seen.Broken(definition).Any(), "the end of " + fault);
    }

    [Fact]
    public async Task A_venue_that_lets_nobody_log_on_is_refused_with_its_words()
    {
        await Lab.CommandAsync("refuse?on=1");
        try
        {
            var (_, probe) = Make(Options("REFUSED"));
            await using var disposing = probe;
            Assert.Contains("takes no sessions", (await Look.OnceAsync(probe, Look.Long)).Refusal("logon_refused").Message, StringComparison.Ordinal);
        }
        finally
        {
            await Lab.CommandAsync("refuse?on=0");
        }
        var (_, wrong) = Make(Options("STRANGER") with { Password = "wrong password" });
        await using (wrong) Assert.DoesNotContain("wrong password", (await Look.OnceAsync(wrong, Duration.FromSeconds(5))).Refusal("logon_refused").Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_order_is_taken_and_taken_back_within_its_cap_and_counted_over_a_restart()
    {
        var options = Options("ORDERS") with { Orders = Orders with { DailyCap = 2, Every = Duration.FromMilliseconds(1) } };
        for (var start = 0; start < 2; start++)
        {
            var (definition, probe) = Make(options);
            await using var _ = probe;
            var sight = await UntilAsync(probe, seen => seen.Value(definition, "trading_status").Text == "trading", "the status");
            Assert.Equal(0, sight.Value(definition, "order_failures").Number);
            if (start == 0) Assert.InRange(sight.Value(definition, "order_trip").Number, 0, 10);
            var capped = await UntilAsync(probe, seen => seen.Value(definition, "order_note").Text is not null, "the cap");
            Assert.Equal("the daily cap of 2 orders is reached", capped.Value(definition, "order_note").Text);
            Assert.Empty(capped.Broken(definition));
        }
        Assert.Equal(0, (await SessionAsync("ORDERS"))["open_orders"]!.GetValue<int>());
    }

    [Theory]
    [InlineData("refuse-orders", "the venue refused the order: order entry is not available")]
    [InlineData("ignore-orders", "no answer to the order within 1 s")]
    [InlineData("keep-orders", "the venue does not take the order back: cancels are not available")]
    public async Task Orders_that_fail_while_the_book_moves_are_told_and_what_stands_is_taken_back_afterwards(string fault, string why)
    {
        var sender = $"FAILS-{fault}";
        var (definition, probe) = Make(Options(sender) with { Orders = Orders with { Limit = Duration.FromSeconds(1), DailyCap = 1_000, Every = Duration.FromMilliseconds(200) } });
        await using var _ = probe;
        await UntilAsync(probe, seen => !seen.Broken(definition).Any(), "a healthy session");
        await Lab.CommandAsync(fault + "?on=1");
        try
        {
            var sight = await UntilAsync(probe, seen => seen.Value(definition, "order_failures").Number >= 1, fault);
            Assert.Equal(why, sight.Value(definition, "order_refusal").Text);
            Assert.Equal("order_failures == 0", Assert.Single(sight.Broken(definition)));
        }
        finally
        {
            await Lab.CommandAsync(fault + "?on=0");
        }
        await UntilAsync(probe, seen => !seen.Broken(definition).Any(), "orders again");
        Assert.Equal(0, (await SessionAsync(sender))["open_orders"]!.GetValue<int>());
    }

    [Fact]
    public async Task An_order_that_stands_is_taken_back_after_a_restart()
    {
        var options = Options("LEFT") with { Orders = Orders with { Limit = Duration.FromMilliseconds(300), Every = Duration.FromHours(1) } };
        await Lab.CommandAsync("keep-orders?on=1");
        var (definition, probe) = Make(options);
        await using (probe) await UntilAsync(probe, seen => seen.Value(definition, "order_failures").Number >= 1, "an order that is kept");
        Assert.Equal(1, (await SessionAsync("LEFT"))["open_orders"]!.GetValue<int>());
        await Lab.CommandAsync("keep-orders?on=0");
        (_, probe) = Make(options with { Orders = options.Orders! with { DailyCap = 1 } });
        await using (probe)
        {
            await Look.OnceAsync(probe, Look.Long);
            await Patience.UntilAsync("the order stands no more", async () => (await SessionAsync("LEFT"))["open_orders"]!.GetValue<int>() == 0);
        }
    }

    [Fact]
    public async Task No_order_is_sent_near_the_market_and_one_that_is_matched_is_told_loudly_and_is_the_last()
    {
        var near = Options("NEAR") with { Orders = Orders with { Price = 1_000_000, Highest = 2_000_000 } };
        var (definition, probe) = Make(near);
        await using (probe)
        {
            var sight = await Look.OnceAsync(probe, Look.Long);
            Assert.StartsWith("no order was sent: the price 1000000 is less than 20 % from the market at", sight.Value(definition, "order_note").Text, StringComparison.Ordinal);
        }
        // The price in the config is guarded by the market that it names; here that says something else than what is traded.
        var fooled = near with { SenderCompId = "MATCHED", Orders = near.Orders! with { PostOnly = false, Market = new MarketPrice { Url = Lab.Admin("status"), At = "$.lifetime_ms" } } };
        await Lab.CommandAsync("lifetime?ms=80000000");
        (definition, probe) = Make(fooled);
        await using (probe)
        {
            var sight = await UntilAsync(probe, seen => notices.Count > 0, "the match");
            Assert.Contains("AN ORDER OF NINES WAS MATCHED", Assert.Single(notices), StringComparison.Ordinal);
        }
        (definition, probe) = Make(fooled);
        await using (probe) Assert.StartsWith("no more orders today, for one was matched", (await Look.OnceAsync(probe, Look.Long)).Value(definition, "order_note").Text, StringComparison.Ordinal);
        await Lab.CommandAsync("lifetime?ms=0");
    }

    [Fact]
    public async Task A_server_that_speaks_something_else_is_malformed_and_one_that_hangs_times_out_at_the_logon()
    {
        await using var http = HostileServer.Answering("HTTP/1.1 400 Bad Request\r\n\r\n");
        await using var web = new HostileServer(async (stream, stop) => await stream.WriteAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray(), stop));
        await using var hanging = new HostileServer((_, stop) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop));
        var (_, probe) = Make(Options("WEB") with { Target = web.Target.ToString() });
        await using (probe) (await Look.OnceAsync(probe, Look.Long)).Refusal("malformed");
        (_, probe) = Make(Options("HANGS") with { Target = hanging.Target.ToString() });
        await using (probe) (await Look.OnceAsync(probe, Duration.FromSeconds(1), hanging.Asked)).TimesOutIn("logon");
        (_, probe) = Make(Options("NOBODY") with { Target = Look.NobodyThere().ToString() });
        await using (probe) (await Look.OnceAsync(probe, Look.Long)).Refusal("connection_refused");
    }

    [Fact]
    public async Task Two_holders_of_one_session_are_refused_by_its_file()
    {
        var (_, first) = Make(Options("TWICE"));
        await using var one = first;
        await Look.OnceAsync(first, Look.Long);
        var (_, second) = Make(Options("TWICE"));
        await using (second) (await Look.OnceAsync(second, Look.Long)).Fault("numbers_unkept");
        Assert.Equal(0, (await Lab.StatusAsync())["taken_over"]!.GetValue<int>());
        await using var nowhere = Look.Make(Look.WithDefaults("fix", Options("NOWHERE")));
        (await Look.OnceAsync(nowhere, Look.Long)).Fault("numbers_unkept");
    }
}
