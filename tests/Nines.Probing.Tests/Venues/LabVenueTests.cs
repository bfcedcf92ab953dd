using Nines.Core.Observations;
using Nines.Probing.Http;
using Nines.Probing.Quotas;
using Nines.Probing.Venues;
using NodaTime;

namespace Nines.Probing.Tests.Venues;

/// <summary>A venue of the lab: one process for all tests of a class.</summary>
public sealed class LabVenue : IAsyncLifetime
{
    internal Lab? Lab { get; private set; }

    public async ValueTask InitializeAsync() => Lab = Testing.Lab.Missing is null ? await Testing.Lab.StartAsync("venue.mjs") : null;

    public ValueTask DisposeAsync() => Lab?.DisposeAsync() ?? ValueTask.CompletedTask;
}

/// <summary>The presets, against a venue that answers over real sockets in the shapes of the venues that they are named after.</summary>
public sealed class LabVenueTests(LabVenue fixture) : IClassFixture<LabVenue>
{
    private Lab Lab
    {
        get
        {
            Assert.SkipWhen(fixture.Lab is null, Lab.Missing ?? "");
            return fixture.Lab!;
        }
    }

    private VenueOptions Options(VenueShape shape) => new()
    {
        Url = Lab.Url, Shape = shape, Tripwire = TripwireUse.Off, Symbol = shape switch
        {
            VenueShape.Binance => "ETHUSDT",
            VenueShape.Coinbase => "ETH-USD",
            VenueShape.Kraken => "XETHZUSD",
            VenueShape.Custom => "ETHUSD",
        },
    };

    private VenueOptions Custom() => Options(VenueShape.Custom) with
    {
        Time = new TimeSource { Path = "/api/v1/time", At = "$.time" },
        Status = [new StatusSource { Path = "/api/v1/exchangeInfo", At = "$.symbols[0].status" }],
        Book = new BookSource { Path = "/api/v1/depth?symbol={symbol}&limit={depth}", Bids = "$.bids", Asks = "$.asks", Sequence = "$.sequence", Time = "$.time" },
    };

    [Theory]
    [InlineData(VenueShape.Binance)]
    [InlineData(VenueShape.Coinbase)]
    [InlineData(VenueShape.Kraken)]
    [InlineData(VenueShape.Custom)]
    public async Task A_healthy_venue_breaks_nothing(VenueShape shape)
    {
        var definition = Look.WithDefaults("venue", shape == VenueShape.Custom ? Custom() : Options(shape));
        var sight = await Look.OnceAsync(definition);
        Assert.Empty(sight.Broken(definition));
        Assert.Equal(20, sight.Value(definition, "bids").Number);
        Assert.Equal("trading", sight.Value(definition, "trading_status").Text);
        Assert.InRange(sight.Value(definition, "spread").Number, 0, 0.01);
        Assert.Equal(shape == VenueShape.Kraken, sight.Value(definition, "sequence").IsMissing);
        Assert.InRange(sight.Value(definition, "clock_uncertainty").Number, 0, shape == VenueShape.Kraken ? 2 : 1);
        if (shape is VenueShape.Coinbase or VenueShape.Custom) Assert.InRange(sight.Value(definition, "book_age").Number, 0, 2);
    }

    [Theory]
    [InlineData(VenueShape.Binance, "status?status=halted", "status?status=trading", "trading_status")]
    [InlineData(VenueShape.Coinbase, "status?status=cancel_only", "status?status=trading", "trading_status")]
    [InlineData(VenueShape.Coinbase, "status?status=post_only", "status?status=trading", "trading_status")]
    [InlineData(VenueShape.Kraken, "status?status=cancel_only", "status?status=trading", "trading_status")]
    [InlineData(VenueShape.Kraken, "status?status=maintenance", "status?status=trading", "not maintenance")]
    [InlineData(VenueShape.Custom, "status?status=post_only", "status?status=trading", "trading_status")]
    [InlineData(VenueShape.Binance, "crossed?on=1", "crossed?on=0", "not crossed")]
    [InlineData(VenueShape.Coinbase, "empty?on=1", "empty?on=0", "not empty")]
    [InlineData(VenueShape.Kraken, "one-sided?on=1", "one-sided?on=0", "not one_sided")]
    [InlineData(VenueShape.Custom, "crossed?on=1", "crossed?on=0", "not crossed")]
    [InlineData(VenueShape.Binance, "clock?ms=2500", "clock?ms=0", "clock_skew")]
    [InlineData(VenueShape.Coinbase, "clock?ms=-2500", "clock?ms=0", "clock_skew")]
    [InlineData(VenueShape.Kraken, "clock?ms=4500", "clock?ms=0", "clock_skew")]
    public async Task Each_fault_breaks_its_condition_and_no_other_and_its_end_mends_it(VenueShape shape, string fault, string end, string broken)
    {
        var definition = Look.WithDefaults("venue", shape == VenueShape.Custom ? Custom() : Options(shape));
        await using var probe = Look.Make(definition);
        Assert.Empty((await Look.OnceAsync(probe, Look.Long)).Broken(definition));
        await Lab.CommandAsync(fault);
        try
        {
            Assert.StartsWith(broken, Assert.Single((await Look.OnceAsync(probe, Look.Long)).Broken(definition)), StringComparison.Ordinal);
        }
        finally
        {
            await Lab.CommandAsync(end);
        }
        Assert.Empty((await Look.OnceAsync(probe, Look.Long)).Broken(definition));
    }

    [Fact]
    public async Task A_venue_that_limits_us_within_its_quota_is_effectively_down_until_it_stops()
    {
        var definition = Look.WithDefaults("venue", Options(VenueShape.Binance) with { Quota = new Quota(1200, Duration.FromMinutes(1)) });
        await using var probe = Look.Make(definition);
        await Lab.CommandAsync("limit?on=1&retry=0");
        var during = await Look.OnceAsync(probe, Look.Long);
        await Lab.CommandAsync("limit?on=0");
        Assert.True(during.Value(definition, "rate_limited").Flag);
        Assert.Empty((await Look.OnceAsync(probe, Look.Long)).Broken(definition));
    }

    [Fact]
    public async Task A_market_that_the_venue_does_not_know_is_refused_with_a_hint()
    {
        (await Look.OnceAsync(Look.WithDefaults("venue", Options(VenueShape.Binance) with { Symbol = "NOPE" }))).Refusal("http_400");
        Assert.Contains("Unknown asset pair", (await Look.OnceAsync(Look.WithDefaults("venue", Options(VenueShape.Kraken) with { Symbol = "XBTUSD" }))).Refusal("venue_error").Message, StringComparison.Ordinal);
    }
}
