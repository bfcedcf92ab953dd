using System.Net;
using Nines.Core.Facts;
using Nines.Web.Access;

namespace Nines.Web.Tests.Access;

public sealed class LogInTests : IDisposable
{
    private static readonly IPAddress Home = IPAddress.Parse("192.0.2.1"), Strange = IPAddress.Parse("198.51.100.7");

    private readonly Desk desk = new();

    public void Dispose() => desk.Dispose();

    private Task TryAsync(string handle, string password, IPAddress from) => desk.LogIn.OpenAsync(handle, password, from, null, null, default);

    private async Task<bool> IsHeldBackAsync(string handle, string password, IPAddress from)
    {
        try
        {
            await TryAsync(handle, password, from);
            return false;
        }
        catch (AccessException)
        {
            return false;
        }
        catch (TooOftenException)
        {
            return true;
        }
    }

    [Fact]
    public async Task An_unknown_handle_costs_as_much_work_and_gets_the_same_answer_as_a_wrong_password()
    {
        await desk.AddAsync("ada", Role.Admin);
        await desk.AddAsync("bob");
        await desk.Users.SetDisabledAsync("bob", true, "ada", default);
        var answers = new List<string>();
        foreach (var (handle, password) in ((string, string)[])[("ada", Desk.Other), ("nobody", Desk.Other), ("bob", Desk.Password), ("Not A Handle", Desk.Other)])
        {
            var before = desk.Passwords.Compared;
            answers.Add((await Assert.ThrowsAsync<AccessException>(() => TryAsync(handle, password, Home))).Message);
            Assert.Equal(before + 1, desk.Passwords.Compared);
        }
        Assert.Single(answers.Distinct());
    }

    [Fact]
    public async Task Attempts_that_found_no_room_count_as_little_as_those_that_had_to_wait()
    {
        await desk.AddAsync("ada", Role.Admin);
        for (var n = 0; n < 30; n++)
        {
            Assert.Null(desk.Limits.Begin("ada", Home).Wait);
            desk.Limits.NotMade("ada", Home);
        }
        Assert.Equal(0, desk.Limits.Entries);
        using var busy = new Passwords(rounds: 10, atATime: 0);
        var logIn = new LogIn(desk.Store, busy, desk.Sessions, desk.Limits, desk.Counts);
        using var enough = new CancellationTokenSource();
        var waiting = Enumerable.Range(0, 32).Select(n => logIn.OpenAsync($"u{n}", Desk.Other, IPAddress.Parse($"203.0.113.{n}"), null, null, enough.Token)).ToList();
        desk.Time.Advance(TimeSpan.FromMinutes(1));
        for (var n = 0; n < 30; n++) Assert.Equal(AccessErrors.TooOften, (await Assert.ThrowsAsync<AccessException>(() => logIn.OpenAsync("ada", Desk.Password, Strange, null, null, default))).Code);
        await enough.CancelAsync();
        foreach (var one in waiting) await Assert.ThrowsAnyAsync<Exception>(() => one);
        Assert.False(await IsHeldBackAsync("ada", Desk.Password, Strange));
    }

    [Fact]
    public async Task Each_failure_after_the_fifth_doubles_the_wait()
    {
        await desk.AddAsync("ada", Role.Admin);
        for (var n = 0; n < 5; n++) Assert.False(await IsHeldBackAsync("ada", Desk.Other, Home));
        var waits = new List<double>();
        for (var n = 0; n < 12; n++)
        {
            var held = desk.Limits.Begin("ada", Home).Wait;
            if (held is null) continue;
            waits.Add(held.Value.TotalSeconds);
            desk.Time.Advance(held.Value);
        }
        Assert.Equal(waits.Order(), waits);
        Assert.True(waits[^1] > 8 * waits[0], string.Join(' ', waits));
        Assert.All(waits, wait => Assert.InRange(wait, 1, 900));
    }

    [Fact]
    public async Task Somebody_with_the_right_password_is_not_held_back_by_strangers_who_try_his_handle()
    {
        await desk.AddAsync("ada", Role.Admin);
        await TryAsync("ada", Desk.Password, Home);
        for (var n = 0; n < 500; n++) await IsHeldBackAsync("ada", Desk.Other, new IPAddress([10, 1, (byte)(n / 250), (byte)(n % 250)]));
        Assert.True(await IsHeldBackAsync("ada", Desk.Other, Strange));
        Assert.False(await IsHeldBackAsync("ada", Desk.Password, Home));
        // Nor for ever from where he never was: strangers' own limit is seconds.
        desk.Time.Advance(TimeSpan.FromSeconds(11));
        Assert.False(await IsHeldBackAsync("ada", Desk.Password, Strange));
    }

    [Fact]
    public async Task Attempts_that_have_to_wait_cost_no_hash_and_lengthen_nothing()
    {
        await desk.AddAsync("ada", Role.Admin);
        while (!await IsHeldBackAsync("ada", Desk.Other, Home)) { }
        var before = desk.Passwords.Compared;
        for (var n = 0; n < 1_000; n++) await IsHeldBackAsync("ada", Desk.Password, Home);
        Assert.Equal(before, desk.Passwords.Compared);
        desk.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.False(await IsHeldBackAsync("ada", Desk.Password, Home));
    }

    [Fact]
    public async Task Handles_that_one_address_tries_one_after_the_other_are_limited_together()
    {
        await desk.AddAsync("ada", Role.Admin);
        var held = 0;
        for (var n = 0; n < 100; n++) held += await IsHeldBackAsync($"user{n}", Desk.Other, Strange) ? 1 : 0;
        Assert.InRange(held, 70, 90);
        Assert.False(await IsHeldBackAsync("ada", Desk.Password, Home));
    }

    [Fact]
    public void Addresses_of_one_IPv6_network_count_as_one()
    {
        for (var n = 0; n < 30; n++) desk.Limits.Begin($"user{n}", IPAddress.Parse($"2001:db8:1:2:{n:x}::1"));
        Assert.NotNull(desk.Limits.Begin("ada", IPAddress.Parse("2001:db8:1:2:ffff::9")).Wait);
        Assert.Null(desk.Limits.Begin("ada", IPAddress.Parse("2001:db8:1:3::9")).Wait);
    }

    [Fact]
    public void However_many_try_the_memory_is_bounded()
    {
        for (var n = 0; n < 30_000; n++) desk.Limits.Begin($"u{n}", new IPAddress([10, (byte)(n >> 16), (byte)(n >> 8 & 255), (byte)(n & 255)]));
        Assert.InRange(desk.Limits.Entries, 1, 20_002);
    }

    [Fact]
    public async Task That_a_handle_is_being_tried_goes_on_record_once_an_hour_and_without_addresses()
    {
        await desk.AddAsync("ada", Role.Admin);
        for (var n = 0; n < 60; n++)
        {
            await IsHeldBackAsync("ada", Desk.Other, Strange);
            await IsHeldBackAsync($"guess{n}", Desk.Other, new IPAddress([10, 0, 0, (byte)(n % 3)]));
            desk.Time.Advance(TimeSpan.FromSeconds(20));
        }
        var told = desk.Store.Read().Unrecorded.Where(change => change.What == AccessChange.LogInLimited).ToList();
        Assert.Equal(["ada", "unknown handles"], told.Select(change => change.Subject).Order());
        Assert.True(desk.Counts.Failed > 20);
        Assert.True(desk.Counts.Limited > 5);
    }

    [Fact]
    public async Task Few_passwords_are_hashed_at_a_time_and_few_wait()
    {
        using var slow = new Passwords(rounds: 20_000, atATime: 1);
        var all = Enumerable.Range(0, 60).Select(_ => slow.CompareAsync(null, "whatever it may be")).ToList();
        var refusals = new List<string>();
        foreach (var one in all)
        {
            try
            {
                Assert.False((await one).Same);
            }
            catch (AccessException busy)
            {
                refusals.Add(busy.Code);
            }
        }
        Assert.InRange(refusals.Count, 10, 28);
        Assert.Equal([AccessErrors.TooOften], refusals.Distinct());
    }
}
