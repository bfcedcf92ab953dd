using System.Collections.Immutable;
using System.Net;
using System.Text;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Timelines;
using Nines.Response.StatusPage;
using Nines.Web.StatusPage;
using static Nines.Response.Tests.StatusPage.PublicScene;

namespace Nines.Web.Tests.StatusPage;

/// <summary>Everything that the public can get, walked byte by byte: nothing of what is behind it may be in there.</summary>
public sealed class LeakTests
{
    /// <summary>All that is internal in the scene bears this.</summary>
    private const string Canary = "zqx9canary";

    private static readonly ComponentId Secret = new($"{Canary}-node");

    private static Response.Tests.StatusPage.PublicScene Scene()
    {
        var cause = new Cause(CauseKind.Technical, $"https://user:pass@{Canary}.internal:8545/ refused, key {Canary}") { Code = $"{Canary}_code" };
        var evidence = ImmutableArray.Create(new Evidence(At(100), At(101), new VantagePointId($"{Canary}-eu"), "refused", $"https://{Canary}.internal/"));
        var scene = new Response.Tests.StatusPage.PublicScene()
            .Add(new ConfigLoaded(At(1), Canary, $$"""{"components":[{"name":"{{Canary}}-node","probes":[{"http":"https://{{Canary}}.internal/"}]}],"notify":[{"name":"{{Canary}}"}]}""", Canary, Canary,
                [new ComponentSummary(Secret, ComponentKind.Node, ImmutableSortedDictionary<string, string>.Empty.Add(Canary, Canary), [], [$"{Canary}-eu", $"{Canary}-us"], Duration35), .. Others()]))
            .Add(new WatchStarted(At(1), $"{Canary}-run", $"{Canary}-host"))
            .Add(new TimelineRevised(At(2), Secret, null, At(1), [Up(1)]))
            .Add(new TimelineRevised(At(2), Secret, $"{Canary}-us", At(1), [Up(1)]))
            .Add(new StateChanged(At(100), new ProbeId(Secret, Canary), new VantagePointId($"{Canary}-eu"), State.Up, State.Down, new Bounds(At(99), At(100)), cause, evidence))
            .Add(new TimelineRevised(At(101), Secret, null, At(100), [new Segment(At(100), State.Down, State.Down, State.Down) { Outage = $"{Canary}-node-1", Cause = cause }]))
            .Add(new TimelineRevised(At(301), Secret, null, At(300), [Up(300)]))
            .Add(new TimelineRevised(At(401), Secret, $"{Canary}-us", At(400), [new Segment(At(400), State.Down, State.Down, State.Down) { Outage = $"{Canary}-node-2", Cause = cause }]))
            .Add(new OutageAcknowledged(At(120), $"{Canary}-node-1", Canary, Canary))
            .Add(new NoticeSent(At(120), $"{Canary}-node-1", "opened", Canary, null))
            .Add(new MaintenanceEntered(At(10), $"{Canary}-rule@1", [Secret], At(900), At(1_200)) { By = Canary, Reason = $"{Canary} reason" })
            .Add(new MaintenanceEntered(At(11), $"{Canary}-rule@2", [Secret], At(9_000), At(12_000)) { By = Canary, Reason = Canary })
            .Add(new ProbingPaused(At(600), [Secret], Canary, Canary, null))
            .Add(new ProbingResumed(At(610), [Secret], Canary))
            .Add(new IncidentPosted(At(150), "public-id", IncidentPhase.Investigating, "Public name", IncidentImpact.Major, "Public *text*.", ["node", $"{Canary}-gone"], $"{Canary}-node-1", Canary))
            .Add(new IncidentPosted(At(320), "public-id", IncidentPhase.Resolved, "Public name", IncidentImpact.Major, "Over.", ["node"], null, Canary))
            .Add(new HistoryImported(At(500), $"{Canary} looks.csv", Canary, Secret, ComponentKind.Node, ImmutableSortedDictionary<string, string>.Empty, At(-90_000), At(-1), null, [Up(-90_000), Down(-50_000, ImportedOutage.Name(Secret, 1)), Up(-40_000)], [Canary], 1));
        scene.Options = scene.Options with { Components = [new PublicComponent("node", "Node", null, "front", [Secret, TheWeb]), .. scene.Options.Components] };
        return scene;
    }

    private static NodaTime.Duration Duration35 => NodaTime.Duration.FromSeconds(35);

    private static IEnumerable<ComponentSummary> Others() => new[] { TheWeb, TheApi, TheDb }.Select(id => new ComponentSummary(id, ComponentKind.Dapp, ImmutableSortedDictionary<string, string>.Empty, [], ["eu"], Duration35));

    [Fact]
    public async Task No_public_byte_of_any_page_feed_header_or_export_tells_of_what_is_behind_it()
    {
        var content = Scene().Page(1_000);
        Assert.True(content.Incidents.Length >= 3, "the scene has incidents of its own, posted and imported");
        Assert.Equal(2, content.Maintenance.Length);
        var files = await Pages.RenderAsync(content);
        Assert.True(files.Length > 25);

        var folder = Directory.CreateTempSubdirectory("nines-leak-").FullName;
        try
        {
            PageExport.Write(folder, files);
            foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)) Clean(Path.GetRelativePath(folder, file), await File.ReadAllBytesAsync(file));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        await using var listener = await StatusListener.StartAsync(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Show(new ReadyTable(files, null));
        using var http = new HttpClient(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.All }) { BaseAddress = new Uri($"http://{listener.Endpoint}") };
        foreach (var path in files.Select(file => file.Path).Append("").Append("nowhere").Append($"incidents/{Canary}.html"))
        {
            var asked = path.Replace(Canary, "", StringComparison.Ordinal);
            using var answer = await http.GetAsync(path);
            Clean(asked, await answer.Content.ReadAsByteArrayAsync());
            foreach (var header in answer.Headers.Concat(answer.Content.Headers)) Clean(asked, Encoding.UTF8.GetBytes($"{header.Key}: {string.Join(",", header.Value)}"));
            Assert.DoesNotContain(answer.Headers, header => header.Key is "Server" or "Set-Cookie" or "X-Powered-By");
        }
    }

    [Fact]
    public void No_event_for_subscribers_tells_of_what_is_behind_it()
    {
        var events = PageEvents.Since(Scene().Page(1_000), Zero - NodaTime.Duration.FromDays(400));
        Assert.True(events.Length > 6);
        foreach (var one in events) Clean(one.Id, Encoding.UTF8.GetBytes(string.Join('\n', one.Id, one.About, one.Title, one.Body, one.Path, string.Join(',', one.Components))));
    }

    [Fact]
    public void The_walk_finds_a_canary_where_there_is_one() =>
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Clean("x", Encoding.UTF8.GetBytes($"<p>{Canary.ToUpperInvariant()}</p>")));

    private static void Clean(string what, byte[] bytes)
    {
        foreach (var text in new[] { what, Encoding.UTF8.GetString(bytes), WebUtility.HtmlDecode(Encoding.UTF8.GetString(bytes)), Uri.UnescapeDataString(Encoding.UTF8.GetString(bytes)) })
            foreach (var hidden in new[] { Canary, "int-web", "int-api", "int-db", "internal", "secret-", "run-1" })
                Assert.False(text.Contains(hidden, StringComparison.OrdinalIgnoreCase), $"{what} has {hidden}");
    }
}
