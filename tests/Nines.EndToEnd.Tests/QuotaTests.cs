using Nines.Backbone.Embedded;
using Nines.Backbone.Journal;
using Nines.Core.Facts;
using Nines.Testing;

namespace Nines.EndToEnd.Tests;

/// <summary>What a venue allows it allows all of us together: the real executable.</summary>
public sealed class QuotaTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_markets_of_one_venue_share_its_quota_and_what_they_ask_too_often_is_nobodys_outage()
    {
        // Each market alone keeps the quota of six; both together break it.
        await using var venue = new SwitchedServer { Quota = 7, Body = "{\"ok\":true,\"status\":\"trading\"}" };
        using var folder = new TemporaryFolder();
        string Market(string name) =>
            $"  - {{name: {name}, kind: venue, probes: [{{venue: '{venue.Url}', shape: custom, symbol: {name}, quota: 6/1m, every: 1s, timeout: 1s, tripwire: off, status: [{{path: /status, at: $.status, words: {{trading: trading}}}}]}}]}}\n";
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "nines.yaml"), $"data: ./data\nlisten: off\ncomponents:\n{Market("btc")}{Market("eth")}", Stop);
        await using (var nines = NinesProcess.Start(folder.Path, "up"))
        {
            await nines.SaysAsync("Watching");
            await Patience.UntilAsync("the venue refuses one", () => venue.Asked >= 8, () => nines.Said, cancellation: Stop);
            await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System, Stop);
            Assert.Equal(0, await nines.TerminateAsync());
        }
        Assert.InRange(venue.Asked, 8, 9);   // the first refusal makes both wait; the other may have been on its way
        await using var journal = await SqliteJournal.OpenReadOnlyAsync(Path.Combine(folder.Path, "data"), TimeProvider.System, cancellation: Stop);
        var facts = (await journal.ReadAsync(JournalPosition.Start, int.MaxValue, Stop)).Select(entry => entry.Fact).ToList();
        Assert.Empty(facts.OfType<BlipSeen>());
        Assert.DoesNotContain(facts.OfType<StateChanged>(), change => change.After is not Core.State.Up);
    }
}
