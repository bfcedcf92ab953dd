using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Http;
using Nines.Probing.Orders;
using Nines.Probing.Quotas;
using Nines.Probing.VenueOrders;
using Nines.Probing.Venues;
using NodaTime;

namespace Nines.Probing.Tests.VenueOrders;

/// <summary>A venue of the lab that verifies signatures as the venues' documents say.</summary>
public sealed class LabOrderVenue : IAsyncLifetime
{
    internal Lab? Lab { get; private set; }

    public async ValueTask InitializeAsync() => Lab = Testing.Lab.Missing is null ? await Testing.Lab.StartAsync("venue.mjs") : null;

    public ValueTask DisposeAsync() => Lab?.DisposeAsync() ?? ValueTask.CompletedTask;
}

/// <summary>Signed orders over real sockets.</summary>
public sealed class LabOrdersTests(LabOrderVenue fixture) : IClassFixture<LabOrderVenue>, IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("nines-orders-").FullName;
    private readonly List<string> notices = [];
    private readonly RequestMeter requests = new();

    private Lab Lab
    {
        get
        {
            Assert.SkipWhen(fixture.Lab is null, Nines.Testing.Lab.Missing ?? "");
            return fixture.Lab!;
        }
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private ProbeEnvironment Environment => Look.Environment with { Folder = folder, Noticed = notices.Add, Requests = requests };

    private VenueOrdersOptions Options(VenueShape shape, bool place = false) => new()
    {
        Url = Lab.Url, Shape = shape, Tripwire = TripwireUse.Off, Key = "nines-lab-key-0001", Secret = "bmluZXMtbGFiLXNlY3JldC0wMDAx", Passphrase = "nines-lab-pass",
        Symbol = shape switch { VenueShape.Binance => "ETHUSDT", VenueShape.Coinbase => "ETH-USD", VenueShape.Kraken => "XETHZUSD", VenueShape.Custom => "ETHUSD" },
        Orders = new SignedOrderTerms { Side = OrderSide.Buy, Quantity = 0.01m, Lowest = 1, Highest = 1_000_000, DailyCap = 1_000, Every = Duration.Zero, Place = place },
    };

    private (ProbeDefinition Definition, Probe Probe) Make(VenueOrdersOptions options)
    {
        var definition = Look.WithDefaults("venue_orders", options);
        return (definition, Look.Make(definition, environment: Environment));
    }

    private async Task<int> CountAsync(string what) => (await Lab.StatusAsync())["orders"]![what]!.GetValue<int>();

    [Theory]
    [InlineData(VenueShape.Binance, false)]
    [InlineData(VenueShape.Kraken, false)]
    [InlineData(VenueShape.Binance, true)]
    [InlineData(VenueShape.Coinbase, true)]
    [InlineData(VenueShape.Kraken, true)]
    public async Task An_order_goes_there_and_back_and_nothing_stands(VenueShape shape, bool place)
    {
        var before = (Tested: await CountAsync("tested"), Cancelled: await CountAsync("cancelled"), Bad: await CountAsync("badly_signed"));
        var (definition, probe) = Make(Options(shape, place));
        await using var _ = probe;
        var sight = await Look.OnceAsync(probe, Look.Long);
        Assert.Empty(sight.Broken(definition));
        Assert.InRange(sight.Value(definition, "order_trip").Number, 0, 5);
        Assert.Equal((before.Tested + (place ? 0 : 1), before.Cancelled + (place ? 1 : 0), before.Bad, 0), (await CountAsync("tested"), await CountAsync("cancelled"), await CountAsync("badly_signed"), await CountAsync("open")));
        Assert.False((await Look.OnceAsync(probe, Look.Long)).Value(definition, "book_moves").IsMissing);
    }

    [Theory]
    [InlineData(VenueShape.Binance, false, "refuse-orders", "HTTP status 400, -2010: Order entry is not available.")]
    [InlineData(VenueShape.Coinbase, true, "refuse-orders", "HTTP status 503: Service Unavailable")]
    [InlineData(VenueShape.Kraken, false, "refuse-orders", "HTTP status 200: EService:Unavailable")]
    [InlineData(VenueShape.Binance, true, "keep-orders", "the venue does not take the order back: HTTP status 400, -1008")]
    public async Task Orders_that_fail_while_the_book_moves_are_effectively_down(VenueShape shape, bool place, string fault, string why)
    {
        var (definition, probe) = Make(Options(shape, place));
        await using var _ = probe;
        Assert.Empty((await Look.OnceAsync(probe, Look.Long)).Broken(definition));
        await Lab.CommandAsync(fault + "?on=1");
        try
        {
            for (var failures = 1; failures <= 2; failures++)
            {
                var sight = await Look.OnceAsync(probe, Look.Long);
                Assert.Equal(failures, sight.Value(definition, "order_failures").Number);
                Assert.Contains(why, sight.Value(definition, "order_refusal").Text!, StringComparison.Ordinal);
                Assert.Equal("order_failures == 0", Assert.Single(sight.Broken(definition)));
                Assert.False(sight.Value(definition, "best_bid").IsMissing);
            }
        }
        finally
        {
            await Lab.CommandAsync(fault + "?on=0");
        }
        await probe.DisposeAsync();
        Assert.Equal(0, await CountAsync("open"));
    }

    [Theory]
    [InlineData(VenueShape.Binance, "another-key", null, "-2014")]
    [InlineData(VenueShape.Binance, null, "another-secret", "-1022")]
    [InlineData(VenueShape.Binance, "nines-lab-key-read", null, "-2015")]
    [InlineData(VenueShape.Kraken, "nines-lab-key-read", null, "Permission denied")]
    [InlineData(VenueShape.Kraken, null, "b3RoZXI=", "Invalid signature")]
    [InlineData(VenueShape.Coinbase, "nines-lab-key-read", null, "403: Forbidden")]
    public async Task A_key_that_may_not_trade_is_our_fault_and_is_not_printed(VenueShape shape, string? key, string? secret, string said)
    {
        var options = Options(shape, place: shape == VenueShape.Coinbase);
        options = options with { Key = key ?? options.Key, Secret = secret ?? options.Secret };
        var (_, probe) = Make(options);
        await using var disposing = probe;
        var fault = (await Look.OnceAsync(probe, Look.Long)).Fault("orders_untested");
        Assert.Contains(said, fault.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(options.Secret, fault.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(VenueShape.Binance, 2_000)]
    [InlineData(VenueShape.Coinbase, -60_000)]
    public async Task A_clock_that_is_off_is_told_and_no_order_fails_for_it(VenueShape shape, int off)
    {
        await Lab.CommandAsync($"clock?ms={off}");
        try
        {
            var (definition, probe) = Make(Options(shape, place: true));
            await using var _ = probe;
            Assert.Equal("clock_skew < 1s else degraded", Assert.Single((await Look.OnceAsync(probe, Look.Long)).Broken(definition)));
        }
        finally
        {
            await Lab.CommandAsync("clock?ms=0");
        }
    }

    [Fact]
    public async Task The_cap_the_band_and_the_file_of_what_was_sent_hold()
    {
        var options = Options(VenueShape.Binance, place: true);
        var (definition, probe) = Make(options with { Orders = options.Orders with { DailyCap = 1 } });
        await using (probe)
        {
            Assert.Empty((await Look.OnceAsync(probe, Look.Long)).Broken(definition));
            (await Look.OnceAsync(probe, Look.Long)).Fault("the daily cap of 1 orders is reached");
        }
        (_, probe) = Make(options with { Orders = options.Orders with { DailyCap = 1 } });
        await using (probe) (await Look.OnceAsync(probe, Look.Long)).Fault("the daily cap of 1 orders is reached");
        (_, probe) = Make(options with { Orders = options.Orders with { Highest = 2 } });
        await using (probe) (await Look.OnceAsync(probe, Look.Long)).Fault("is outside the band 1 to 2");
        await using var nowhere = Look.Make(Look.WithDefaults("venue_orders", options));
        (await Look.OnceAsync(nowhere, Look.Long)).Fault("orders are placed by nines up only");
        Assert.Empty(notices);
    }

    [Fact]
    public async Task A_refusal_for_the_rate_is_ours_without_a_quota_and_the_venues_below_it()
    {
        await Lab.CommandAsync("limit?on=1&retry=1");
        try
        {
            var (definition, within) = Make(Options(VenueShape.Binance) with { Quota = new Quota(100_000, Duration.FromMinutes(1)) });
            await using (within) Assert.Contains("not rate_limited", (await Look.OnceAsync(within, Look.Long)).Broken(definition));
            var (_, probe) = Make(Options(VenueShape.Binance));
            await using (probe) (await Look.OnceAsync(probe, Look.Long)).Fault("rate_limited");
        }
        finally
        {
            await Lab.CommandAsync("limit?on=0");
        }
    }
}
