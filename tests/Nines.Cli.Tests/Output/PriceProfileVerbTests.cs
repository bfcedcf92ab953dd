using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using NodaTime;

namespace Nines.Cli.Tests.Output;

/// <summary><c>nines price profile</c> and <c>nines price window</c>: 20 an hour, 200 by day, half at weekends.</summary>
public sealed class PriceProfileVerbTests
{
    private const string Graph = """{"components":[{"name":"shop","needs":"api"},{"name":"api"}]}""";

    private const string Pricing = """
        pricing:
          series:
          - { name: sales, file: sales.csv, unit: USD }
          losses:
          - component: shop
            profile: { series: sales }
        """;

    private static async Task<(Desk Desk, string Path)> DeskAsync()
    {
        var desk = await new Desk().WithAnOutageAsync(Graph);
        var csv = new StringBuilder("time,value\n");
        var from = Instant.FromUtc(2025, 11, 3, 0, 0);
        for (var hour = 0; hour < 56 * 24; hour++)
        {
            var at = (from + Duration.FromHours(hour)).InUtc();
            csv.Append(CultureInfo.InvariantCulture, $"{at.ToInstant()},{(at.Hour is >= 8 and < 20 ? 200 : 40) / (at.DayOfWeek >= IsoDayOfWeek.Saturday ? 2 : 1)}\n");
        }
        desk.Write("sales.csv", csv.ToString());
        return (desk, desk.Write("pricing.yaml", Pricing));
    }

    private static async Task<JsonNode> JsonAsync(Desk desk, params string[] arguments)
    {
        var (exit, output, error) = await desk.RunAsync([.. arguments, "-o", "json"]);
        Assert.Equal((0, ""), (exit, error));
        return JsonNode.Parse(output)!;
    }

    [Fact]
    public async Task A_profile_shows_its_errors_beside_simpler_forecasts_and_its_week()
    {
        var (desk, path) = await DeskAsync();
        await using var _ = desk;
        var (exit, output, error) = await desk.RunAsync("price", "profile", "shop-profile", "--pricing", path);
        Assert.True(exit == 0, error);
        Assert.Matches(@"this profile +0\.0 % +0\.0 %", output);
        Assert.Matches(@"flat rate +\d+\.\d % +\d+\.\d %", output);
        Assert.Contains("Mon  ▂▂▂▂▂▂▂▂████████████▂▂▂▂  2,880.00 USD", output);
        Assert.Contains("Sun  ▁▁▁▁▁▁▁▁▄▄▄▄▄▄▄▄▄▄▄▄▁▁▁▁  1,440.00 USD", output);
        var document = await JsonAsync(desk, "price", "profile", "sales", "--pricing", path);
        Assert.Equal("nines.price_profile/1", (string?)document["schema"]);
        Assert.Equal(168, document["week"]!.AsArray().Count);
        Assert.Equal(6, (int?)document["back_test"]!["weeks"]);
        Assert.Equal(64, ((string?)document["sha256"])!.Length);
    }

    [Fact]
    public async Task Profiles_are_listed_with_whether_they_are_better()
    {
        var (desk, path) = await DeskAsync();
        await using var _ = desk;
        var (exit, output, error) = await desk.RunAsync("price", "profile", "--pricing", path);
        Assert.True(exit == 0, error);
        Assert.Matches(@"shop-profile +sales +2025-11-03 +2025-12-28 +0\.0 %.* yes", output);
    }

    [Fact]
    public async Task The_week_can_be_drawn()
    {
        var (desk, path) = await DeskAsync();
        await using var _ = desk;
        var picture = desk.Write("week.svg", "");
        Assert.Equal(0, (await desk.RunAsync("price", "profile", "sales", "--pricing", path, "--picture", picture)).Exit);
        var svg = System.Xml.Linq.XDocument.Load(picture);
        Assert.Equal(2, svg.Descendants().Count(node => (string?)node.Attribute("class") is "s" or "l"));
        Assert.Equal(168, svg.Descendants().Single(node => (string?)node.Attribute("class") == "l").Attribute("d")!.Value.Split('L').Length);
    }

    [Fact]
    public async Task A_name_that_is_neither_a_loss_nor_a_series_is_refused()
    {
        var (desk, path) = await DeskAsync();
        await using var _ = desk;
        var (exit, output, error) = await desk.RunAsync("price", "profile", "sale", "--pricing", path);
        Assert.Equal((2, ""), (exit, output));
        Assert.StartsWith("NIN4269: There is neither a loss with a profile nor a series 'sale'. Did you mean 'sales'?", error);
    }

    [Fact]
    public async Task The_cheapest_window_for_what_the_shop_needs_is_found()
    {
        var (desk, path) = await DeskAsync();
        await using var _ = desk;
        // It is Thursday noon: the cheapest two hours are Saturday's first.
        var document = await JsonAsync(desk, "price", "window", "--duration", "2h", "--component", "api", "--pricing", path);
        Assert.Equal("nines.price_window/1", (string?)document["schema"]);
        Assert.Equal(["shop"], document["priced"]!.AsArray().Select(id => (string?)id));
        Assert.Equal(["api"], document["unpriced"]!.AsArray().Select(id => (string?)id));
        Assert.Equal(40, Math.Round((double)document["best"]![0]!["loss"]!["likely"]!, 6));
        Assert.Equal(5, document["best"]!.AsArray().Count);
        Assert.Equal(400, Math.Round((double)document["now"]!["loss"]!["likely"]!, 6));
        Assert.Equal(1336, document["starts"]!.AsArray().Count);

        var (exit, output, error) = await desk.RunAsync("price", "window", "--duration", "2h", "--next", "3d", "--zone", "Europe/Berlin", "--hours", "22:00-06:00", "--days", "fri,sat", "--pricing", path);
        Assert.True(exit == 0, error);
        Assert.Matches(@"1 +Sat 2026-01-03 \d\d:\d\d +40\.00 USD", output);
        Assert.Contains("now    Thu 2026-01-01 13:10", output);
        Assert.Contains("Credits, claims and penalties are in no figure.", output);
    }

    [Theory]
    [InlineData("NIN4002: --duration: '2' needs a unit.", "--duration", "2")]
    [InlineData("NIN4268: A window of 2h does not fit into the next 1h.", "--duration", "2h", "--next", "1h")]
    [InlineData("NIN4002: --zone: 'Europe/Berln' is not an IANA time zone. Did you mean 'Europe/Berlin'?", "--duration", "2h", "--zone", "Europe/Berln")]
    [InlineData("NIN4002: --hours: '22' is not a range of local hours.", "--duration", "2h", "--hours", "22")]
    [InlineData("NIN4002: --days: 'someday' is none of mon,", "--duration", "2h", "--days", "someday")]
    [InlineData("NIN4003: --component: there is no component 'shoop' on record. Did you mean 'shop'?", "--duration", "2h", "--component", "shoop")]
    public async Task What_cannot_be_asked_is_said(string says, params string[] arguments)
    {
        var (desk, path) = await DeskAsync();
        await using var _ = desk;
        var (exit, output, error) = await desk.RunAsync(["price", "window", "--pricing", path, .. arguments]);
        Assert.Equal((2, ""), (exit, output));
        Assert.StartsWith(says, error);
    }
}
