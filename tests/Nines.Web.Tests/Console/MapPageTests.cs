using System.Net;
using Nines.Core;
using Nines.Core.Components;
using Nines.Web.Api.Documents;
using Nines.Web.Console.Map;
using Nines.Web.Tests.Api;
using static Nines.Web.Tests.Console.Browser;

namespace Nines.Web.Tests.Console;

public sealed class MapPageTests
{
    [Fact]
    public async Task The_drawing_names_every_component_with_its_state_and_who_needs_it()
    {
        await using var browser = await OpenAsync();
        var page = await browser.GetAsync("/map");
        Assert.Equal(9, page.QuerySelectorAll(".graph a").Length);
        Assert.Equal("db: down, timed out after 5 s. Needed by shop, desk. Single point of failure for shop, desk.", page.QuerySelector(".graph a[href='/components/db']")!.GetAttribute("aria-label"));
        Assert.Equal("clock: unknown. There for its users.", page.QuerySelector(".graph a[href='/components/clock']")!.GetAttribute("aria-label"));
        Assert.Equal(["any of"], page.QuerySelectorAll(".graph g text").Select(TextOf));
        Assert.Equal(["db", "mainnet", "page", "rpc"], page.QuerySelectorAll(".graph-box.single").Select(box => box.ParentElement!.GetAttribute("href")![12..]).Order());
    }

    [Fact]
    public async Task The_table_says_the_same_single_points_first()
    {
        await using var browser = await OpenAsync();
        var page = await browser.GetAsync("/map");
        Assert.Contains("4 single points of failure", TextOf(page.QuerySelector("#table")));
        Assert.Equal(["db", "mainnet", "page", "rpc", "clock", "desk", "node-a", "node-b", "shop"], page.QuerySelectorAll("tbody th a:not(.around)").Select(TextOf));
        Assert.Contains("shop, node-a, node-b, rpc – single point of failure for shop", TextOf(page.GetElementById("node-mainnet")));
        Assert.Contains("any of node-a, node-b", TextOf(page.GetElementById("node-rpc")));
        Assert.Contains("nothing else", TextOf(page.GetElementById("node-node-a")));
    }

    [Theory]
    [InlineData("around=rpc&steps=1", "node-a node-b rpc shop")]
    [InlineData("around=rpc&steps=2", "mainnet node-a node-b rpc shop")]
    [InlineData("around=clock", "clock")]
    public async Task One_component_is_shown_with_what_it_needs_and_who_needs_it(string query, string shown)
    {
        await using var browser = await OpenAsync();
        var page = await browser.GetAsync($"/map?{query}");
        Assert.Equal(shown, string.Join(' ', page.QuerySelectorAll("tbody th a:not(.around)").Select(TextOf).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task A_middle_that_is_not_there_is_not_found()
    {
        await using var browser = await OpenAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await browser.LookAsync("/map?around=shopp")).Status);
        ApiServer.AssertProblem(await browser.Server.GetAsync("/api/v1/map?around=shopp"), HttpStatusCode.NotFound, "NIN4003");
    }

    [Fact]
    public async Task The_document_has_gates_as_they_are()
    {
        await using var browser = await OpenAsync();
        var (_, json) = await browser.Server.GetAsync("/api/v1/map");
        var shop = json.GetProperty("nodes").EnumerateArray().Single(node => node.GetProperty("component").GetString() == "shop");
        Assert.Equal("mainnet", shop.GetProperty("needs")[0].GetProperty("component").GetString());
        Assert.Equal((3, 3), (shop.GetProperty("needs")[1].GetProperty("at_least").GetInt32(), shop.GetProperty("needs")[1].GetProperty("of").GetArrayLength()));
        Assert.True(shop.GetProperty("is_for_users").GetBoolean());
        Assert.Equal("effectively_down", shop.GetProperty("state").GetString());
    }

    [Fact]
    public void A_group_that_two_need_is_one_box_and_what_all_is_needed_of_is_none()
    {
        var group = new NeedDocument(null, 2, [Of("a"), Of("b"), Of("c")]);
        var picture = MapPicture.Of([Node("x", group), Node("y", group), Node("z", new NeedDocument(null, 2, [Of("a"), Of("b")])), Node("a"), Node("b"), Node("c")]);
        var gate = Assert.Single(picture.Gates).Value;
        Assert.Equal(("2 of 3", "2 of a, b, c"), (gate.Label, gate.Text));
        Assert.Equal(["x", "y"], picture.Graph.Lines.Where(line => line.To == gate.Key).Select(line => line.From).Order());
        Assert.Equal(["a", "b"], picture.Graph.Lines.Where(line => line.From == "z").Select(line => line.To).Order());
    }

    [Fact]
    public void Gates_are_said_as_people_say_them()
    {
        Assert.Equal("(any of a, b) and c", new NeedDocument(null, 2, [new NeedDocument(null, 1, [Of("a"), Of("b")]), Of("c")]).ToString());
        Assert.Equal("a", new NeedDocument(null, 1, [Of("a")]).ToString());
        Assert.Equal("2 of a, (b and c), d", new NeedDocument(null, 2, [Of("a"), new NeedDocument(null, 2, [Of("b"), Of("c")]), Of("d")]).ToString());
    }

    private static NeedDocument Of(string name) => new(new ComponentId(name), null, null);

    private static MapNode Node(string name, params NeedDocument[] needs) => new(new ComponentId(name), null, State.Up, null, null, [.. needs], [], true, [], []);
}
