using System.Collections.Concurrent;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Venues;
using Nines.Probing.VenueStreams;
using NodaTime;

namespace Nines.Probing.Tests.VenueStreams;

/// <summary>Against the streams of the lab's venue, over real sockets, in its own shape and in those of the presets.</summary>
public sealed class LabStreamTests : IAsyncLifetime
{
    private Lab lab = null!;
    private Duration ahead;   // our clock, so that nobody waits for limits

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(Lab.Missing is not null, Lab.Missing ?? "");
        lab = await Lab.StartAsync("venue.mjs");
    }

    public ValueTask DisposeAsync() => lab?.DisposeAsync() ?? ValueTask.CompletedTask;

    private ProbeEnvironment Environment => Look.Environment with { Now = () => Look.Environment.Now() + ahead };

    private VenueStreamOptions Options(VenueShape shape) => new()
    {
        Url = lab.Stream(shape == VenueShape.Custom ? null : shape.ToString().ToLowerInvariant()), Shape = shape,
        Symbol = shape switch { VenueShape.Custom => "ETHUSD", VenueShape.Binance => "ETHUSDT", VenueShape.Coinbase => "ETH-USD", VenueShape.Kraken => "ETH/USD" },
        Messages = shape == VenueShape.Custom ? BookKeeperTests.Native : null,
        Rest = shape == VenueShape.Binance ? lab.Url : null,
    };

    private VenueStreamOptions WithProgress() => Options(VenueShape.Custom) with { Progress = new Uri(lab.Url, "/api/v1/depth?symbol=ETHUSD"), ProgressAt = "$.sequence" };

    private sealed record Watched(ProbeDefinition Definition, Probe Probe) : IAsyncDisposable
    {
        public Task<Sight> LookAsync() => Look.OnceAsync(Probe, Look.Long);

        public async Task<IReadOnlyList<string>> BrokenAsync() => [.. (await LookAsync()).Broken(Definition)];

        /// <summary>Looks until these conditions, and no others, are broken.</summary>
        public async Task<Sight> UntilBrokenAsync(params string[] beginnings)
        {
            var started = System.Diagnostics.Stopwatch.GetTimestamp();
            while (true)
            {
                var sight = await LookAsync();
                var broken = sight.Outcome is Outcome.Answered ? sight.Broken(Definition).ToList() : [$"{sight.Outcome}"];
                if (broken.Count == beginnings.Length && broken.Zip(beginnings).All(pair => pair.First.StartsWith(pair.Second, StringComparison.Ordinal))) return sight;
                Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(started) < Patience.Most, $"broken: {string.Join(" | ", broken)}; expected: {string.Join(" | ", beginnings)}");
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
            }
        }

        /// <summary>Looks until one is not answered.</summary>
        public async Task<Sight> UntilUnansweredAsync()
        {
            var started = System.Diagnostics.Stopwatch.GetTimestamp();
            while (true)
            {
                var sight = await LookAsync();
                if (sight.Outcome is not Outcome.Answered) return sight;
                Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(started) < Patience.Most, "every look is answered");
            }
        }

        public ValueTask DisposeAsync() => Probe.DisposeAsync();
    }

    private Watched Watch(VenueStreamOptions options)
    {
        var definition = Look.WithDefaults("venue_stream", options, Duration.FromSeconds(10));
        return new Watched(definition, Look.Make(definition, environment: Environment));
    }

    [Theory]
    [InlineData(VenueShape.Custom)]
    [InlineData(VenueShape.Binance)]
    [InlineData(VenueShape.Coinbase)]
    [InlineData(VenueShape.Kraken)]
    public async Task A_sound_stream_breaks_nothing_and_its_book_is_the_venues(VenueShape shape)
    {
        await using var watched = Watch(Options(shape));
        Assert.Empty(await watched.BrokenAsync());
        for (var i = 0; i < 10; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(120), TimeProvider.System);
            Assert.Empty(await watched.BrokenAsync());
        }
        var sight = await watched.LookAsync();
        Assert.Equal(shape == VenueShape.Kraken ? 10 : 20, sight.Value(watched.Definition, "bids").Number);
        Assert.InRange(sight.Value(watched.Definition, "spread").Number, 0, 0.01);
    }

    [Theory]
    [InlineData(VenueShape.Custom, "empty")]
    [InlineData(VenueShape.Kraken, "empty")]
    [InlineData(VenueShape.Coinbase, "one-sided")]
    [InlineData(VenueShape.Binance, "one-sided")]
    public async Task A_book_without_levels_is_told_and_its_return_too(VenueShape shape, string fault)
    {
        await using var watched = Watch(Options(shape));
        Assert.Empty(await watched.BrokenAsync());
        await lab.CommandAsync($"{fault}?on=1");
        await watched.UntilBrokenAsync($"not {fault.Replace('-', '_')}");
        await lab.CommandAsync($"{fault}?on=0");
        await watched.UntilBrokenAsync();
    }

    [Theory]
    [InlineData(VenueShape.Custom)]
    [InlineData(VenueShape.Kraken)]
    public async Task A_book_that_stays_crossed_for_more_than_a_second_is_told(VenueShape shape)
    {
        await using var watched = Watch(Options(shape));
        Assert.Empty(await watched.BrokenAsync());
        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        await lab.CommandAsync("crossed?on=1");
        var sight = await watched.UntilBrokenAsync("crossed_for");
        Assert.InRange(sight.Value(watched.Definition, "crossed_for").Number, 1, System.Diagnostics.Stopwatch.GetElapsedTime(began).TotalSeconds);
        await lab.CommandAsync("crossed?on=0");
        await watched.UntilBrokenAsync();
    }

    [Theory]
    [InlineData("cancel_only", "trading_status")]
    [InlineData("halted", "trading_status")]
    [InlineData("maintenance", "not maintenance")]
    public async Task What_the_stream_says_of_its_status_is_told(string status, string broken)
    {
        await using var watched = Watch(Options(VenueShape.Custom));
        Assert.Empty(await watched.BrokenAsync());
        await lab.CommandAsync($"status?status={status}");
        await watched.UntilBrokenAsync(broken);
        await lab.CommandAsync("status?status=trading");
        await watched.UntilBrokenAsync();
    }

    [Theory]
    [InlineData(VenueShape.Custom)]
    [InlineData(VenueShape.Binance)]
    public async Task A_gap_with_a_resync_is_degraded_for_one_look_and_no_more(VenueShape shape)
    {
        await using var watched = Watch(Options(shape));
        Assert.Empty(await watched.BrokenAsync());
        var messages = 0d;
        while (messages < 3) messages += (await watched.LookAsync()).Value(watched.Definition, "messages").Number;
        await lab.CommandAsync("gap?size=2");
        var sight = await watched.UntilBrokenAsync("gaps == 0 else degraded");
        Assert.Equal(1, sight.Value(watched.Definition, "gaps").Number);
        await watched.UntilBrokenAsync();
        var since = System.Diagnostics.Stopwatch.GetTimestamp();
        while ((await watched.LookAsync()).Value(watched.Definition, "out_of_sync").Number > 0)
            Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(since) < Patience.Most, "the book was not got back");
    }

    [Fact]
    public async Task A_resync_of_our_own_is_no_break()
    {
        var events = new ConcurrentQueue<TripwireEvent>();
        await using var watched = Watch(Options(VenueShape.Custom));
        watched.Probe.HoldTripwire(events.Enqueue);
        Assert.Empty(await watched.BrokenAsync());
        await lab.CommandAsync("gap?size=1");
        while ((await watched.LookAsync()).Value(watched.Definition, "reconnects").Number < 1) await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        await watched.UntilBrokenAsync();
        Assert.Empty(events);
    }

    [Fact]
    public async Task Checksums_that_go_on_not_fitting_are_effective_downtime()
    {
        await using var watched = Watch(Options(VenueShape.Kraken));
        Assert.Empty(await watched.BrokenAsync());
        await lab.CommandAsync("checksum?on=1");
        await watched.UntilBrokenAsync("checksum_errors == 0 else degraded");
        ahead = Duration.FromSeconds(11);   // while the book is not to be had
        await watched.UntilBrokenAsync("out_of_sync < 10s");
        await lab.CommandAsync("checksum?on=0");
        await watched.UntilBrokenAsync();
    }

    [Fact]
    public async Task A_silent_stream_is_stale_after_its_own_limit_while_REST_goes_on()
    {
        await using var watched = Watch(WithProgress());
        while ((await watched.LookAsync()).Value(watched.Definition, "median_gap").IsMissing) await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        await lab.CommandAsync("silent?on=1");
        ahead = Duration.FromSeconds(7);
        Assert.Empty(await watched.BrokenAsync());      // one reading of REST shows no progress
        await Task.Delay(TimeSpan.FromMilliseconds(450), TimeProvider.System);
        var stale = await watched.UntilBrokenAsync("stale_for");
        Assert.Equal(5, stale.Value(watched.Definition, "stale_limit").Number);
        Assert.Equal(stale.Value(watched.Definition, "silence").Number - 5, stale.Value(watched.Definition, "stale_for").Number, 3); // from the last message on
        Assert.StartsWith("REST goes on", stale.Value(watched.Definition, "stale_because").Text, StringComparison.Ordinal);
        await lab.CommandAsync("silent?on=0");
        await watched.UntilBrokenAsync();
    }

    [Fact]
    public async Task A_market_that_stands_still_does_not_make_its_stream_stale()
    {
        await using var standing = HostileServer.Answering(HostileServer.Ok("""{"n":7}"""));
        await using var watched = Watch(WithProgress() with { Progress = standing.Url(), ProgressAt = "$.n" });
        Assert.Empty(await watched.BrokenAsync());
        await lab.CommandAsync("silent?on=1");
        for (var i = 0; i < 5; i++)
        {
            ahead += Duration.FromMinutes(10);
            Assert.Empty(await watched.BrokenAsync());
        }
    }

    [Fact]
    public async Task Without_REST_beside_it_a_silence_has_a_fixed_limit()
    {
        await using var watched = Watch(Options(VenueShape.Custom) with { StaleAfter = Duration.FromSeconds(60) });
        Assert.Empty(await watched.BrokenAsync());
        await lab.CommandAsync("silent?on=1");
        ahead = Duration.FromSeconds(30);
        Assert.Empty(await watched.BrokenAsync());
        ahead = Duration.FromSeconds(90);
        await watched.UntilBrokenAsync("stale_for");
    }

    [Fact]
    public async Task A_forced_disconnect_is_no_failure_while_there_is_another_connection()
    {
        await using var watched = Watch(Options(VenueShape.Custom));
        Assert.Empty(await watched.BrokenAsync());
        await lab.CommandAsync("lifetime?ms=700");      // as after 24 h, sooner
        var reconnects = 0d;
        while (reconnects < 2)
        {
            var sight = await watched.LookAsync();
            Assert.Empty(sight.Broken(watched.Definition));
            reconnects += sight.Value(watched.Definition, "reconnects").Number;
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }
    }

    [Fact]
    public async Task An_announced_shutdown_is_no_failure_while_there_is_another_connection()
    {
        await using var watched = Watch(Options(VenueShape.Binance));
        Assert.Empty(await watched.BrokenAsync());
        await lab.CommandAsync("shutdown?ms=400");
        var (announced, reconnects) = (false, 0d);
        while (!announced || reconnects < 1)
        {
            var sight = await watched.LookAsync();
            Assert.Empty(sight.Broken(watched.Definition));
            announced |= sight.Value(watched.Definition, "shutdown_announced").Flag;
            reconnects += sight.Value(watched.Definition, "reconnects").Number;
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    [Fact]
    public async Task A_disconnect_without_another_connection_is_a_refusal()
    {
        await using var watched = Watch(Options(VenueShape.Custom));
        Assert.Empty(await watched.BrokenAsync());
        await lab.CommandAsync("refuse?on=1");
        (await watched.UntilUnansweredAsync()).Refusal("handshake_refused");
        await lab.CommandAsync("refuse?on=0");
        await watched.UntilBrokenAsync();
    }

    [Fact]
    public async Task A_snapshot_that_we_may_not_ask_for_is_our_fault()
    {
        await lab.CommandAsync("limit?on=1");
        var definition = Look.WithDefaults("venue_stream", Options(VenueShape.Binance), Duration.FromSeconds(2));
        await using var probe = Look.Make(definition, environment: Environment);
        (await Look.OnceAsync(probe, Look.Long)).Fault("snapshot_unread: HTTP status 429 for the snapshot");
        await lab.CommandAsync("limit?on=0");
        await new Watched(definition, probe).UntilBrokenAsync();
    }

    [Fact]
    public async Task A_stream_that_brings_no_book_is_effective_downtime()
    {
        await lab.CommandAsync("silent?on=1");
        var definition = Look.WithDefaults("venue_stream", Options(VenueShape.Custom), Duration.FromSeconds(3));
        var sight = await Look.OnceAsync(definition, environment: Environment);
        Assert.Equal(["not empty", "not one_sided"], sight.Broken(definition));
    }

    [Fact]
    public async Task A_message_beyond_the_limit_is_our_fault_and_says_which_option()
    {
        await using var watched = Watch(Options(VenueShape.Custom) with { MaxMessage = 256 });
        (await watched.UntilUnansweredAsync()).Fault("max_message");
        (await watched.LookAsync()).Fault("max_message"); // for as long as there is no book because of it
    }
}
