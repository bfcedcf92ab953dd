using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Nines.Backbone.Journal;
using Nines.Core.Facts;
using Nines.Response.StatusPage;
using Nines.Response.Tests.StatusPage;
using Nines.Testing;
using Nines.Web.Live;
using Nines.Web.StatusPage;
using static Nines.Response.Tests.StatusPage.PublicScene;

namespace Nines.Web.Tests.StatusPage;

public sealed class StatusPublisherTests : IAsyncLifetime
{
    private readonly string outside = Directory.CreateTempSubdirectory("nines-publish-").FullName;
    private readonly ManualTimeProvider time = new(At(60).ToDateTimeOffset());
    private readonly MemoryJournal journal = new();
    private readonly ConcurrentQueue<string> said = [];
    private readonly SemaphoreSlim made = new(0);
    private readonly CancellationTokenSource stopping = new();
    private readonly LiveLedger ledger;
    private readonly StatusPublisher publisher;
    private StatusPageSettings? settings;
    private Task running = Task.CompletedTask;

    public StatusPublisherTests()
    {
        ledger = new LiveLedger(journal, null, () => null);
        publisher = new StatusPublisher(journal, ledger, Ids, time, said.Enqueue);
        publisher.Made += _ => made.Release();
        settings = new StatusPageSettings(new PublicScene().Options, new PageTheme(), new IPEndPoint(IPAddress.Loopback, 0), Path.Combine(outside, "public"));
    }

    public async ValueTask InitializeAsync()
    {
        await AppendAsync([.. new PublicScene().Watched(60).Facts]);
        running = publisher.RunAsync(() => settings, stopping.Token);
        await MadeAsync();
        await WaitsAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await running;
        await publisher.DisposeAsync();
        ledger.Dispose();
        await journal.DisposeAsync();
        Directory.Delete(outside, recursive: true);
    }

    private Task AppendAsync(params Fact[] facts) => journal.AppendAsync(new Append("watch", Guid.NewGuid().ToString(), facts));

    private async Task MadeAsync() => Assert.True(await made.WaitAsync(Patience.Most), "the page was not made");

    /// <summary>Until the loop waits for its time: what it made is shown and written then, and time that goes on before means nothing to it.</summary>
    private Task WaitsAsync() => UntilAsync(() => Task.FromResult(time.NextDue is not null));

    /// <summary>Lets time go on until the page is made again.</summary>
    private async Task MadeAfterAsync(TimeSpan most)
    {
        for (var gone = TimeSpan.Zero; gone < most; gone += TimeSpan.FromSeconds(4))
        {
            await WaitsAsync();
            time.Advance(TimeSpan.FromSeconds(4));
            if (!await made.WaitAsync(TimeSpan.FromMilliseconds(10))) continue;
            await WaitsAsync();
            return;
        }
        await MadeAsync();
        await WaitsAsync();
    }

    private async Task<string> SummaryAsync()
    {
        // What is made is shown a moment after it is told.
        for (var began = TimeProvider.System.GetTimestamp(); ;)
        {
            if (publisher.Endpoint is { } endpoint)
            {
                using var http = new HttpClient();
                using var answer = await http.GetAsync(new Uri($"http://{endpoint}/status.json"));
                if (answer.IsSuccessStatusCode)
                {
                    using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
                    return json.RootElement.GetProperty("summary").GetString()!;
                }
            }
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Patience.Most, string.Join('\n', said));
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }
    }

    private async Task UntilAsync(Func<Task<bool>> holds)
    {
        await Patience.UntilAsync("what was waited for", holds, () => string.Join('\n', said), TimeSpan.FromMilliseconds(10));
    }

    [Fact]
    public async Task A_fact_that_changes_the_page_is_on_it_a_second_later_and_in_the_folder_too()
    {
        Assert.Equal("All systems operational", await SummaryAsync());
        await AppendAsync(new TimelineRevised(At(60), TheWeb, null, At(59), [Down(59, "int-web-7f-1")]), new Core.Facts.Watched(At(100_000), "run-1", []));
        await MadeAfterAsync(TimeSpan.FromSeconds(3));
        await UntilAsync(async () => await SummaryAsync() == "Some systems are not available");
        await UntilAsync(async () => (await File.ReadAllTextAsync(Path.Combine(outside, "public", "status.json"))).Contains("Some systems are not available", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_correction_is_on_the_page_at_once_and_not_when_its_minute_is_over()
    {
        await AppendAsync(new TimelineRevised(At(63), TheWeb, null, At(1), [Down(1, "int-web-7f-1"), Up(63)]), new Core.Facts.Watched(At(100_000), "run-1", []));
        await MadeAfterAsync(TimeSpan.FromSeconds(3));
        for (var i = 0; i < 3; i++) await MadeAfterAsync(TimeSpan.FromSeconds(64)); // nothing is fresh or open any more: the next would be in a minute
        await AppendAsync(new OutageCorrected(At(64), "int-web-7f-1", "ada", CorrectionClaim.FalseAlarm, "their proxy"));
        await MadeAfterAsync(TimeSpan.FromSeconds(8));
        await UntilAsync(async () => (await File.ReadAllTextAsync(Assert.Single(Directory.GetFiles(Path.Combine(outside, "public", "incidents"))))).Contains("this was a false alarm", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("https://subscribe.example.org/")]
    public async Task A_copy_in_a_folder_leads_to_the_forms_only_where_the_config_says_that_they_are_elsewhere(string? desk)
    {
        using var book = Nines.Response.Subscriptions.SubscriptionBook.Open(outside, new Nines.Response.Subscriptions.SubscriptionOptions(), time);
        await using var taking = new StatusPublisher(journal, ledger, Ids, time, said.Enqueue, new SubscriptionDesk(book, () => true, takesWebhooks: true, []));
        using var ending = new CancellationTokenSource();
        var there = settings! with { Options = settings.Options with { Desk = desk is null ? null : new Uri(desk) }, Export = Path.Combine(outside, "copy") };
        var loop = taking.RunAsync(() => there, ending.Token);
        var index = Path.Combine(outside, "copy", "index.html");
        await UntilAsync(() => Task.FromResult(File.Exists(index))); // the last to be written
        var copy = await File.ReadAllTextAsync(index);
        if (desk is null) Assert.DoesNotContain("subscribe", copy, StringComparison.Ordinal);
        else Assert.Contains($"href=\"{desk}subscribe\"", copy, StringComparison.Ordinal);
        using var http = new HttpClient();
        Assert.Contains(desk is null ? "href=\"subscribe\"" : $"href=\"{desk}subscribe\"", await http.GetStringAsync(new Uri($"http://{taking.Endpoint}/")), StringComparison.Ordinal);
        await ending.CancelAsync();
        await loop;
    }

    [Fact]
    public async Task While_nothing_happens_it_is_made_anew_each_minute_and_does_not_claim_what_nobody_saw()
    {
        for (var minute = 0; minute < 4; minute++) await MadeAfterAsync(TimeSpan.FromSeconds(64));
        await UntilAsync(async () => await SummaryAsync() == "The state of the systems is not known");
    }

    [Fact]
    public async Task An_open_outage_becomes_an_incident_when_it_is_due_without_another_fact()
    {
        await AppendAsync(new TimelineRevised(At(61), TheWeb, null, At(61), [Down(61, "int-web-7f-1")]), new Core.Facts.Watched(At(130), "run-1", []));
        await MadeAfterAsync(TimeSpan.FromSeconds(3));
        for (var i = 0; i < 7; i++) await MadeAfterAsync(TimeSpan.FromSeconds(12));
        Assert.Single(Directory.GetFiles(Path.Combine(outside, "public", "incidents")));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_told_once_and_the_listener_goes_on()
    {
        await File.WriteAllTextAsync(Path.Combine(outside, "taken"), "a file");
        await AppendAsync(new Core.Facts.Watched(At(100_000), "run-1", []));
        settings = settings! with { Export = Path.Combine(outside, "taken") };
        for (var i = 0; i < 3; i++) await MadeAfterAsync(TimeSpan.FromSeconds(64));
        await UntilAsync(() => Task.FromResult(said.Any(line => line.StartsWith("NIN4350:", StringComparison.Ordinal))));
        Assert.Single(said, line => line.StartsWith("NIN4350:", StringComparison.Ordinal));
        Assert.Equal("All systems operational", await SummaryAsync());
    }

    [Fact]
    public async Task A_config_without_a_status_page_closes_the_listener_and_one_with_it_opens_it_again()
    {
        await SummaryAsync();
        var kept = settings;
        settings = null;
        await AppendAsync(new ConfigLoaded(At(61), "d", "{}", "0", "t", []));
        await UntilAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return Task.FromResult(publisher.Endpoint is null);
        });
        settings = kept;
        await AppendAsync(new ConfigLoaded(At(62), "d", "{}", "0", "t", []));
        await MadeAfterAsync(TimeSpan.FromSeconds(64));
        await SummaryAsync();
    }
}
