using System.Globalization;
using System.Net;
using System.Text.Json;
using Nines.Core;
using Nines.Core.Facts;
using Nines.Testing;
using Nines.Web.Access;
using Nines.Web.Live;
using Nines.Web.Tests.Api;

namespace Nines.Web.Tests.Access;

/// <summary>Facts about access, and the config: for admins, and for others not there. <c>console: anonymous: viewer</c> makes strangers viewers.</summary>
public sealed class FactReaderTests
{
    private const string Subject = "subj-4711", Inside = "vault.corp.example";

    /// <summary>Positions 1 config, 2 and 3 the watch, 4 shop, 5 and 6 access, 7 config, 8 shop, 9 access.</summary>
    private static async Task<Gatehouse> PlayAsync(AccessSettings? settings = null, TimeProvider? time = null)
    {
        var house = await Gatehouse.StartAsync(settings, time: time);
        var watched = house.Watched;
        watched.ConfigJson = $$"""{"notify":[{"webhook":"https://{{Inside}}/hook"}]}""";
        await watched.ConfigAsync("shop");
        await watched.ReviseAsync("shop", 1, Watched.In(1, State.Up));
        await watched.AddAsync(Access(100, "5"), Access(7_200, "6"));
        await watched.AddAsync(new ConfigLoaded(Watched.At(7_300), "digest-2", watched.ConfigJson, "0.1.0", "2026a", []));
        watched.Until = 14_400;
        await watched.ReviseAsync("shop", 14_000, Watched.In(14_000, State.Up));
        await watched.AddAsync(Access(14_500, "9"));
        return house;
    }

    private static AccessChanged Access(double at, string id) => new(Watched.At(at), id, Watched.At(at), "ada", AccessChange.TokenCreated, Subject, "admin");

    private static readonly int[] ForAll = [2, 3, 4, 8], ForAdmins = [1, 2, 3, 4, 5, 6, 7, 8, 9];

    private static async Task<int[]> PositionsAsync(Gatehouse house, string? token, string query = "")
    {
        var answer = await house.SendAsync(HttpMethod.Get, $"/api/v1/journal{query}", bearer: token);
        return [.. JsonDocument.Parse(answer.Text).RootElement.GetProperty("entries").EnumerateArray().Select(entry => entry.GetProperty("position").GetInt32()).Order()];
    }

    [Fact]
    public async Task Every_route_that_reads_tells_nobody_but_admins_of_access_or_of_the_config()
    {
        await using var house = await PlayAsync(new AccessSettings { Anonymous = Role.Viewer });
        var bearers = new List<(Role Role, string? Token)> { (Role.Viewer, null) };
        foreach (var role in Gatehouse.Roles) bearers.Add((role, await house.TokenAsync(role)));
        var told = new HashSet<string>();
        foreach (var (method, path, _) in house.Routes().Where(route => route.Method == "GET"))
            foreach (var filled in path.Contains("{position}", StringComparison.Ordinal) ? [.. ForAdmins.Select(position => path.Replace("{position}", position.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal))] : (string[])[Gatehouse.Filled(path, "shop")])
                foreach (var (role, token) in bearers)
                    foreach (var accept in (string[])["text/html", "*/*"])
                    {
                        var answer = await house.SendAsync(new HttpMethod(method), filled, bearer: token, headers: [("Accept", accept)]);
                        var tells = answer.Text.Contains(Subject, StringComparison.Ordinal) || answer.Text.Contains(Inside, StringComparison.Ordinal);
                        Assert.False(tells && role != Role.Admin, $"{filled} as {role}{(token is null ? ", not logged in" : "")}");
                        if (tells) told.Add(path);
                    }
        Assert.Equal(["/api/v1/journal", "/api/v1/journal/{position}", "/journal", "/journal/{position}"], told.Order());
    }

    [Theory]
    [InlineData("", "2 3 4 8")]
    [InlineData("?kind=access_changed", "")]
    [InlineData("?kind=config_loaded", "")]
    [InlineData("?text=subj-4711", "")]
    [InlineData("?text=corp.example", "")]
    [InlineData("?component=shop", "4 8")]
    [InlineData("?from_position=5&to_position=7", "")]
    public async Task A_search_finds_only_what_the_reader_may_read(string query, string positions)
    {
        await using var house = await PlayAsync();
        foreach (var role in (Role[])[Role.Viewer, Role.Responder])
            Assert.Equal(positions, string.Join(' ', await PositionsAsync(house, await house.TokenAsync(role), query)));
    }

    [Fact]
    public async Task Admins_find_all_of_it()
    {
        await using var house = await PlayAsync();
        var token = await house.TokenAsync(Role.Admin);
        Assert.Equal(ForAdmins, await PositionsAsync(house, token));
        Assert.Equal((int[])[5, 6, 9], await PositionsAsync(house, token, "?kind=access_changed"));
        Assert.Contains("<option value=\"access_changed\"", (await house.SendAsync(HttpMethod.Get, "/journal", bearer: token)).Text, StringComparison.Ordinal);
        Assert.DoesNotContain("<option value=\"access_changed\"", (await house.SendAsync(HttpMethod.Get, "/journal", bearer: await house.TokenAsync(Role.Responder))).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_of_a_search_hold_as_many_rows_as_they_would_if_the_others_were_not_there()
    {
        await using var house = await PlayAsync();
        var token = await house.TokenAsync(Role.Viewer);
        var (sizes, cursor) = (new List<int>(), "");
        do
        {
            var json = JsonDocument.Parse((await house.SendAsync(HttpMethod.Get, $"/api/v1/journal?limit=2{cursor}", bearer: token)).Text).RootElement;
            sizes.Add(json.GetProperty("entries").GetArrayLength());
            cursor = json.GetProperty("next").GetString() is { } next ? $"&cursor={next}" : "";
        }
        while (cursor.Length > 0);
        Assert.Equal([2, 2, 0], sizes); // the last looks at position 1, which is not for it
    }

    [Theory]
    [InlineData(Role.Viewer)]
    [InlineData(Role.Responder)]
    public async Task The_page_of_a_fact_that_is_not_for_the_reader_answers_as_one_that_never_was(Role role)
    {
        await using var house = await PlayAsync();
        var token = await house.TokenAsync(role);
        foreach (var address in (string[])["/journal/", "/api/v1/journal/"])
        {
            var (hidden, never) = (await house.SendAsync(HttpMethod.Get, address + "5", bearer: token), await house.SendAsync(HttpMethod.Get, address + "1000", bearer: token));
            Assert.Equal((HttpStatusCode.NotFound, "NIN4347"), (hidden.Status, hidden.Code));
            Assert.Equal(never.Text.Replace("1000", "5", StringComparison.Ordinal), hidden.Text);
            Assert.Equal(never.Headers.Keys.Order(), hidden.Headers.Keys.Order());
        }
        var json = JsonDocument.Parse((await house.SendAsync(HttpMethod.Get, "/api/v1/journal/8", bearer: token)).Text).RootElement;
        Assert.Equal((4, JsonValueKind.Null), (json.GetProperty("before").GetInt32(), json.GetProperty("after").ValueKind));
        Assert.Equal(8, JsonDocument.Parse((await house.SendAsync(HttpMethod.Get, "/api/v1/journal/4", bearer: token)).Text).RootElement.GetProperty("after").GetInt32());
    }

    [Fact]
    public async Task Where_a_search_by_time_begins_does_not_tell_when_a_fact_was_that_is_not_for_the_reader()
    {
        await using var house = await PlayAsync();
        var token = await house.TokenAsync(Role.Viewer);
        async Task<string> BoundsAsync(double to) => JsonDocument.Parse((await house.SendAsync(HttpMethod.Get, $"/api/v1/journal?to={Watched.At(to).ToString("uuuu-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}", bearer: token)).Text).RootElement.GetProperty("searched_to").GetRawText();
        // Between the readable facts at 0 s and 14,400 s nothing changes, though others are at 100 s, 7,200 s and 7,300 s, nor after it; an hour is slack.
        Assert.Single((await Task.WhenAll(((double[])[1, 3_000, 3_595, 3_605, 3_695, 3_705, 8_000, 10_795]).Select(BoundsAsync))).Distinct());
        Assert.Single((await Task.WhenAll(((double[])[10_805, 10_895, 10_905, 20_000]).Select(BoundsAsync))).Distinct());
    }

    [Fact]
    public async Task The_event_stream_leaves_them_out_and_its_cursor_goes_on()
    {
        await using var house = await PlayAsync(new AccessSettings { Anonymous = Role.Viewer });
        async Task<List<long>> ReadAsync(string form, long? lastId, int count)
        {
            house.Client.BaseAddress ??= house.Address;
            using var events = await EventReader.OpenAsync(house.Client, $"/api/v1/events?after=0&form={form}", lastId);
            var ids = new List<long>();
            while (ids.Count < count)
            {
                var one = (await events.NextAsync())!;
                Assert.DoesNotContain("access_changed", one.Data, StringComparison.Ordinal);
                Assert.DoesNotContain("config_loaded", one.Data, StringComparison.Ordinal);
                Assert.DoesNotContain(Inside, one.Data, StringComparison.Ordinal);
                ids.Add(one.Id!.Value);
            }
            return ids;
        }
        Assert.Equal((List<long>)[2, 3, 4, 8], await ReadAsync("facts", null, 4));
        Assert.Equal((List<long>)[8], await ReadAsync("facts", 6, 1)); // a cursor at a fact that is not told
        Assert.Equal((List<long>)[9], await ReadAsync("news", null, 1)); // a note of what is up to there
    }

    [Fact]
    public async Task A_stream_ends_when_its_reader_may_no_longer_read_what_it_tells()
    {
        var time = new ManualTimeProvider();
        await using var house = await PlayAsync(time: time);
        house.Client.BaseAddress = house.Address;
        house.Client.DefaultRequestHeaders.Authorization = new("Bearer", await house.TokenAsync(Role.Admin));
        await house.Get<Users>().AddAsync("second", Role.Admin, Gatehouse.Password, null, null, "root", default);
        using var events = await EventReader.OpenAsync(house.Client, "/api/v1/events?after=0&form=facts&kind=access_changed");
        Assert.Equal(5, (await events.NextAsync())!.Id);
        await house.Get<Users>().SetRoleAsync("admin", Role.Viewer, "root", default);
        var rest = Task.Run(async () => { while (await events.NextAsync() is not null) { } });
        while (!rest.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(11));
            await Task.WhenAny(rest, Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System));
        }
        await rest;
    }
}
