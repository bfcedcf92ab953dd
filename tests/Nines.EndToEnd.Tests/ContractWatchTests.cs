using Nines.Backbone.Embedded;
using Nines.Backbone.Journal;
using Nines.Core;
using Nines.Core.Facts;
using Nines.Testing;

namespace Nines.EndToEnd.Tests;

/// <summary>What happens at a contract while nobody watches: the real executable, against anvil.</summary>
public sealed class ContractWatchTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_role_granted_while_the_killed_watch_was_off_is_told_at_its_next_start_and_what_was_told_before_is_not()
    {
        Assert.SkipWhen(Lab.Missing is not null, Lab.Missing ?? "");
        await using var chain = await Lab.StartAsync("chain.mjs");
        var rpc = chain.Url.ToString();
        var vault = await Lab.DoAsync("contract.mjs", "deploy", "WatchedVault", "1", "--rpc", rpc);
        var (implementation, owner) = (vault["address"]!.GetValue<string>(), vault["owner"]!.GetValue<string>());
        var proxy = (await Lab.DoAsync("contract.mjs", "deploy", "WatchedProxy", implementation, owner, "--rpc", rpc))["address"]!.GetValue<string>();
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "nines.yaml"),
            $$"""
            data: ./data
            listen: off
            components:
              - {name: vault, kind: contract, probes: [{contract_watch: '{{rpc}}', address: '{{proxy}}', confirmations: 0, every: 1s, timeout: 1s, conditions: [security_events < 2 else degraded, unexpected_for < 30d] }]}
            """, Stop);

        await using (var first = NinesProcess.Start(folder.Path, "up"))
        {
            await first.SaysAsync("Watching");
            var data = Path.Combine(folder.Path, "data");
            await Patience.UntilAsync("what the contract is like at first is kept", async () => (await KeptAsync(data)).Length > 0, () => first.Said, cancellation: Stop);
            await GrantAsync(rpc, proxy, 'a', owner);
            var kept = await KeptAsync(data);
            await Patience.UntilAsync("more is kept since the role was granted", async () => await KeptAsync(data) is var now && !kept.SequenceEqual(now), () => first.Said, cancellation: Stop);
            first.Kill();
            await first.ExitAsync();
        }
        await GrantAsync(rpc, proxy, 'b', owner);
        await using (var second = NinesProcess.Start(folder.Path, "up"))
        {
            await Patience.UntilAsync("what it found is on record", async () => (await FactsAsync(Path.Combine(folder.Path, "data"))).OfType<StateChanged>().Any(change => change.After == State.Degraded), () => second.Said, cancellation: Stop);
            await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System, Stop); // nothing more comes of later looks
            Assert.Equal(0, await second.TerminateAsync());
        }

        var facts = await FactsAsync(Path.Combine(folder.Path, "data"));
        // One event before, one while it was off: two, and never three or four.
        var told = Assert.Single(facts.OfType<StateChanged>(), change => change.After == State.Degraded);
        Assert.Equal(CauseKind.Security, told.Because!.Kind);
        Assert.Contains("security_events was 2", told.Because.Because, StringComparison.Ordinal);
        Assert.Contains($"RoleGranted(role: 0x{new string('a', 64)}", told.Because.Because, StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyList<Fact>> FactsAsync(string data)
    {
        await using var journal = await SqliteJournal.OpenReadOnlyAsync(data, TimeProvider.System, cancellation: Stop);
        return [.. (await journal.ReadAsync(JournalPosition.Start, int.MaxValue, Stop)).Select(entry => entry.Fact)];
    }

    /// <summary>What the probe must not forget over a restart; empty before its first look.</summary>
    private static async Task<byte[]> KeptAsync(string data)
    {
        await using var journal = await SqliteJournal.OpenReadOnlyAsync(data, TimeProvider.System, cancellation: Stop);
        return (await journal.SnapshotsAsync("probe", Stop)).Select(piece => piece.Value).SingleOrDefault() ?? [];
    }

    private static Task GrantAsync(string rpc, string proxy, char role, string to) =>
        Lab.DoAsync("contract.mjs", "send", "WatchedVault", "grantRole(bytes32,address)", $"0x{new string(role, 64)}", to, "--rpc", rpc, "--address", proxy);
}
