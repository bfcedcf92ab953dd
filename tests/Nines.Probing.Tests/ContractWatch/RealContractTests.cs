using System.Collections.Immutable;
using System.Numerics;
using System.Text;
using Nines.Chains.Evm;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.ContractWatch;
using Nines.Probing.Evm;
using NodaTime;
using static Nines.Probing.Tests.ContractWatch.DevelopmentChain;

namespace Nines.Probing.Tests.ContractWatch;

/// <summary>Against anvil and OpenZeppelin's proxies.</summary>
public sealed class RealContractTests(DevelopmentChain chain) : IClassFixture<DevelopmentChain>
{
    private readonly ProbeMemory memory = new([]);
    private Instant? plannedUntil;

    [Fact]
    public async Task An_upgrade_is_unexpected_from_its_block_on_once_it_has_two_blocks_on_top()
    {
        var (proxy, first) = await VaultAsync();
        var definition = Watch(proxy);
        await using var probe = Make(definition);
        var before = await LookAsync(probe, definition);
        Assert.Empty(before.Broken(definition));
        Assert.Equal("eip1967", before.Value(definition, "proxy").Text);
        Assert.Equal(first, before.Value(definition, "implementation").Text);
        Assert.Equal("none", before.Value(definition, "admin").Text);

        var second = await chain.DeployAsync("WatchedVault", 2);
        await chain.SendAsync(proxy, "upgradeTo(address)", Number(second));
        await chain.MineAsync(2);
        Assert.Empty((await LookAsync(probe, definition)).Broken(definition));
        await chain.MineAsync();
        var after = await LookAsync(probe, definition);
        Assert.Equal(["unexpected_for <= 0s"], after.Broken(definition));
        foreach (var flag in (string[])["upgraded", "implementation_changed"]) Assert.True(after.Value(definition, flag).Flag, flag);
        Assert.False(after.Value(definition, "admin_changed").Flag);
        Assert.False(after.Value(definition, "code_changed").Flag, "other code at another address is what an upgrade is");
        Assert.Equal(1, after.Value(definition, "security_events").Number);
        Assert.Equal(second, after.Value(definition, "implementation").Text);
        Assert.Contains($"Upgraded(implementation: {second}) by transaction 0x", after.Value(definition, "last_event").Text);
        Assert.Contains($"implementation was {first} and is {second} since block", after.Value(definition, "unexpected").Text);
        Assert.InRange(after.Value(definition, "unexpected_for").Number, 0.001, 60);
    }

    [Fact]
    public async Task A_role_is_told_only_where_it_is_the_one_that_is_watched()
    {
        var (proxy, _) = await VaultAsync();
        var definition = Watch(proxy, options => options with
        {
            Events = [new WatchedEvent { Event = "RoleGranted", Where = Where("role", "MINTER_ROLE") }, new WatchedEvent { Event = "event LimitChanged(uint256 indexed market, uint256 limit)", Where = Where("market", "7") }],
        });
        await using var probe = Make(definition);
        await LookAsync(probe, definition);
        await chain.DoAsync(proxy, "grantRole(bytes32,address)", 2, Role("PAUSER_ROLE"), Number(chain.Other));
        await chain.DoAsync(proxy, "setLimit(uint256,uint256)", 2, 8, 1000);
        Assert.Empty((await LookAsync(probe, definition)).Broken(definition));
        await chain.DoAsync(proxy, "setLimit(uint256,uint256)", 0, 7, 1000);
        await chain.DoAsync(proxy, "grantRole(bytes32,address)", 2, Role("MINTER_ROLE"), Number(chain.Other));
        var granted = await LookAsync(probe, definition);
        Assert.Equal(["unexpected_for <= 0s"], granted.Broken(definition));
        Assert.Equal((1, 1), (granted.Value(definition, "events(RoleGranted)").Number, granted.Value(definition, "events(LimitChanged)").Number));
        Assert.Equal(1, granted.Value(definition, "security_events").Number);
        Assert.Contains($"account: {chain.Other}", granted.Value(definition, "unexpected").Text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task What_is_reorganised_away_before_it_is_confirmed_is_never_told()
    {
        var (proxy, first) = await VaultAsync();
        var definition = Watch(proxy);
        await using var probe = Make(definition);
        await LookAsync(probe, definition);
        var second = await chain.DeployAsync("WatchedVault", 2);
        await chain.DoAsync(proxy, "upgradeTo(address)", 1, Number(second));
        Assert.Empty((await LookAsync(probe, definition)).Broken(definition));
        await chain.ReorganiseAsync(2);
        await chain.MineAsync(4);
        var after = await LookAsync(probe, definition);
        Assert.Empty(after.Broken(definition));
        Assert.Equal(first, after.Value(definition, "implementation").Text);
        Assert.Equal(0, after.Value(definition, "reorged_events").Number);
        Assert.True(after.Value(definition, "last_event").IsMissing);
    }

    [Fact]
    public async Task What_was_told_and_is_reorganised_away_is_taken_back_and_said_to_be()
    {
        var (proxy, first) = await VaultAsync();
        var definition = Watch(proxy, options => options with { Events = [new WatchedEvent { Event = "Upgraded" }] });
        await using var probe = Make(definition);
        await LookAsync(probe, definition);
        var second = await chain.DeployAsync("WatchedVault", 2);
        await chain.DoAsync(proxy, "upgradeTo(address)", 2, Number(second));
        Assert.Equal(["unexpected_for <= 0s"], (await LookAsync(probe, definition)).Broken(definition));
        await chain.ReorganiseAsync(4);
        await chain.MineAsync(4);
        var after = await LookAsync(probe, definition);
        Assert.Equal(["reorged_events == 0 else degraded"], after.Broken(definition));
        Assert.Equal(0, after.Value(definition, "events(Upgraded)").Number);
        Assert.Equal(first, after.Value(definition, "implementation").Text);
        Assert.Contains("which was re-organised away", after.Value(definition, "reorged").Text);
        Assert.Contains("which was re-organised away", after.Value(definition, "last_event").Text);
    }

    [Fact]
    public async Task What_gets_into_another_block_after_a_reorganisation_is_not_told_again()
    {
        var (proxy, _) = await VaultAsync();
        var now = Look.Environment.Now();
        var definition = Watch(proxy, options => options with { Events = [new WatchedEvent { Event = "RoleGranted" }] });
        await using var probe = Make(definition, at: () => now);
        await LookAsync(probe, definition);
        var transaction = await chain.SendAsync(proxy, "grantRole(bytes32,address)", Role("A"), Number(chain.Other));
        await chain.MineAsync(3);
        var before = (await LookAsync(probe, definition)).Value(definition, "unexpected").Text!;
        Assert.Contains(transaction, before);
        await chain.ReorganiseAsync(3, transaction, 1);
        await chain.MineAsync(4);
        now += Duration.FromMinutes(59);
        var after = await LookAsync(probe, definition);
        Assert.Equal((1, 0), (after.Value(definition, "events(RoleGranted)").Number, after.Value(definition, "reorged_events").Number));
        Assert.Contains("after it had been in another that was re-organised away", after.Value(definition, "unexpected").Text);
        Assert.Contains(transaction, after.Value(definition, "unexpected").Text);
        now += Duration.FromMinutes(2);
        Assert.Equal(0, (await LookAsync(probe, definition)).Value(definition, "events(RoleGranted)").Number);
    }

    [Fact]
    public async Task After_a_restart_nothing_is_told_twice_and_nothing_is_left_out()
    {
        var (proxy, _) = await VaultAsync();
        var definition = Watch(proxy);
        await using (var first = Make(definition))
        {
            await LookAsync(first, definition);
            await chain.DoAsync(proxy, "grantRole(bytes32,address)", 2, Role("A"), Number(chain.Other));
            Assert.Equal(1, (await LookAsync(first, definition)).Value(definition, "events(RoleGranted)").Number);
        }
        await chain.DoAsync(proxy, "grantRole(bytes32,address)", 2, Role("B"), Number(chain.Other));
        var kept = new ProbeMemory(memory.TakeChanged().Select(piece => KeyValuePair.Create(piece.Key, piece.Piece!)));
        await using var second = Make(definition, kept);
        var sight = await LookAsync(second, definition);
        Assert.Equal((2, 0), (sight.Value(definition, "events(RoleGranted)").Number, sight.Value(definition, "gap").Number));
        Assert.Equal(2, (await LookAsync(second, definition)).Value(definition, "events(RoleGranted)").Number);

        // Off for longer than is caught up: what was left out is said.
        await chain.MineAsync(20);
        await using var third = Make(definition = Watch(proxy, options => options with { CatchUp = 5 }), kept);
        Assert.Equal(15, (await LookAsync(third, definition)).Value(definition, "gap").Number);
    }

    [Fact]
    public async Task A_first_start_looks_back_as_far_as_it_is_told_to()
    {
        var (proxy, _) = await VaultAsync();
        await chain.MineAsync(10);
        await chain.DoAsync(proxy, "pause()", 5);
        foreach (var (blocks, events) in new[] { (0, 0), (10, 1) })
        {
            var definition = Watch(proxy, options => options with { LookBack = blocks, BlockRange = 3 });
            await using var probe = Make(definition, new ProbeMemory([]));
            var sight = await LookAsync(probe, definition);
            Assert.Equal(events, sight.Value(definition, "events(Paused)").Number);
            // Whoever looked the pause up in no event asks the contract itself; a pause is no matter of security.
            Assert.Equal(["not paused"], sight.Broken(definition));
        }
    }

    [Fact]
    public async Task What_the_config_pins_stays_unexpected_until_the_config_says_so()
    {
        var (proxy, first) = await VaultAsync();
        var now = Look.Environment.Now();
        var definition = Watch(proxy, options => options with { Implementation = [first] });
        await using var probe = Make(definition, at: () => now);
        Assert.Empty((await LookAsync(probe, definition)).Broken(definition));
        var second = await chain.DeployAsync("WatchedVault", 2);
        await chain.DoAsync(proxy, "upgradeTo(address)", 2, Number(second));
        await LookAsync(probe, definition);
        now += Duration.FromDays(2);
        var later = await LookAsync(probe, definition);
        Assert.Equal(["unexpected_for <= 0s"], later.Broken(definition));
        Assert.Equal(0, later.Value(definition, "security_events").Number);
        Assert.True(later.Value(definition, "implementation_changed").Flag);
        Assert.Contains($"implementation is {second} since block", later.Value(definition, "unexpected").Text);
        await chain.DoAsync(proxy, "upgradeTo(address)", 2, Number(first));
        Assert.False((await LookAsync(probe, definition)).Value(definition, "implementation_changed").Flag);
        await chain.DoAsync(proxy, "upgradeTo(address)", 2, Number(second));
        await using var told = Make(definition = Watch(proxy, options => options with { Implementation = [first, second] }), at: () => now);
        Assert.False((await LookAsync(told, definition)).Value(definition, "implementation_changed").Flag);
    }

    [Fact]
    public async Task What_is_not_pinned_is_as_expected_after_its_hold()
    {
        var (proxy, _) = await VaultAsync();
        var now = Look.Environment.Now();
        var definition = Watch(proxy);
        await using var probe = Make(definition, at: () => now);
        await LookAsync(probe, definition);
        await chain.DoAsync(proxy, "upgradeTo(address)", 2, Number(await chain.DeployAsync("WatchedVault", 2)));
        Assert.Equal(["unexpected_for <= 0s"], (await LookAsync(probe, definition)).Broken(definition));
        now += Duration.FromMinutes(59);
        Assert.Equal(["unexpected_for <= 0s"], (await LookAsync(probe, definition)).Broken(definition));
        now += Duration.FromMinutes(2);
        Assert.Empty((await LookAsync(probe, definition)).Broken(definition));
    }

    [Fact]
    public async Task An_upgrade_in_a_maintenance_window_does_not_outlast_the_window()
    {
        var (proxy, _) = await VaultAsync();
        var now = Look.Environment.Now();
        plannedUntil = now + Duration.FromMinutes(10);
        var definition = Watch(proxy);
        await using var probe = Make(definition, at: () => now);
        await LookAsync(probe, definition);
        await chain.DoAsync(proxy, "upgradeTo(address)", 2, Number(await chain.DeployAsync("WatchedVault", 2)));
        // The judge keeps what was seen under the window, so it is told in there.
        Assert.Equal(["unexpected_for <= 0s"], (await LookAsync(probe, definition)).Broken(definition));
        now = plannedUntil.Value - definition.Every - definition.Timeout;
        plannedUntil = null; // windows are forgotten in the end
        Assert.Empty((await LookAsync(probe, definition)).Broken(definition));
    }

    [Fact]
    public async Task Beacons_minimal_proxies_and_code_that_is_exchanged_are_seen()
    {
        var (proxy, implementation) = await VaultAsync();
        const string Clone = "0x00000000000000000000000000000000000c1023";
        await chain.CallAsync("anvil_setCode", Clone, $"0x363d3d373d3d3d363d73{implementation[2..].ToLowerInvariant()}5af43d82803e903d91602b57fd5bf3");
        await chain.MineAsync(3);
        var definition = Watch(Clone);
        await using var probe = Make(definition);
        var clone = await LookAsync(probe, definition);
        Assert.Equal(("minimal", implementation), (clone.Value(definition, "proxy").Text, clone.Value(definition, "implementation").Text));
        await chain.CallAsync("anvil_setCode", Clone, "0x6080604052");
        await chain.MineAsync(3);
        var other = await LookAsync(probe, definition);
        Assert.True(other.Value(definition, "code_changed").Flag);
        Assert.True(other.Value(definition, "implementation_changed").Flag);
        Assert.Equal(["unexpected_for <= 0s"], other.Broken(definition));

        // A beacon is asked for the implementation; that it is another beacon is said beside it. The proxy itself answers implementation() with nothing.
        await chain.CallAsync("anvil_setStorageAt", Clone, ProxySlots.Beacon.ToString(), $"0x{Number(proxy):x64}");
        await chain.MineAsync(3);
        var beacon = await LookAsync(probe, definition);
        Assert.Equal(("beacon", proxy), (beacon.Value(definition, "proxy").Text, beacon.Value(definition, "beacon").Text));
        Assert.True(beacon.Value(definition, "beacon_changed").Flag);
    }

    private static ImmutableSortedDictionary<string, string> Where(string argument, string value) =>
        ImmutableSortedDictionary<string, string>.Empty.Add(argument, value);

    private static BigInteger Role(string name) => Number(Keccak256.Hash(Encoding.UTF8.GetBytes(name)).ToString());

    private async Task<(string Proxy, string Implementation)> VaultAsync()
    {
        Assert.SkipWhen(Lab.Missing is not null, Lab.Missing ?? "");
        var implementation = await chain.DeployAsync("WatchedVault", 1);
        var proxy = await chain.DeployAsync("WatchedProxy", Number(implementation), Number(chain.Owner));
        await chain.MineAsync(2);
        return (proxy, implementation);
    }

    private ProbeDefinition Watch(string address, Func<ContractWatchOptions, ContractWatchOptions>? with = null)
    {
        var options = new ContractWatchOptions { Url = chain.Url, Address = address, HeadAgeLimit = new HeadAgeLimit(null) };
        return Look.WithDefaults("contract_watch", with is null ? options : with(options));
    }

    private Probe Make(ProbeDefinition definition, ProbeMemory? kept = null, Func<Instant>? at = null) =>
        Look.Make(definition, environment: Look.Environment with { Memory = kept ?? memory, PlannedUntil = (_, _) => plannedUntil, Now = at ?? Look.Environment.Now });

    private static Task<Sight> LookAsync(Probe probe, ProbeDefinition definition) => Look.OnceAsync(probe, definition.Timeout);
}
