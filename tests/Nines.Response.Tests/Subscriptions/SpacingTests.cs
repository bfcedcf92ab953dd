using System.Collections.Immutable;
using Nines.Response.StatusPage;
using Nines.Response.Subscriptions;
using Nines.Testing;
using NodaTime;

namespace Nines.Response.Tests.Subscriptions;

public sealed class SpacingTests
{
    private readonly ManualTimeProvider time = new();
    private readonly SubscriptionOptions options = new();
    private readonly Page page;
    private Subscription subscription;

    public SpacingTests()
    {
        page = new Page(time);
        subscription = new Subscription { Id = "a", Kind = SubscriptionKind.Email, Address = "a@example.org", Components = [], AskedAt = page.Now, ConfirmedAt = page.Now };
    }

    [Fact]
    public void What_opens_and_closes_within_the_grace_is_one_message()
    {
        page.Open("one");
        Assert.Empty(Due());
        Pass(30);
        page.Resolve("one");
        Pass(29);
        Assert.Empty(Due());
        Pass(1);
        Assert.Equal(["incident/one/opened", "incident/one/update/1"], Tell());
        Pass(3_600);
        Assert.Empty(Due());
    }

    [Fact]
    public void Flapping_is_told_ever_more_seldom_and_nothing_of_it_is_left_out()
    {
        var (messages, told, events) = (0, 0, 0);
        for (var minute = 0; minute < 12 * 60; minute++)
        {
            // An outage of a minute every two minutes, for six hours; the rest of the day for what is still to be told.
            if (minute < 360 && minute % 2 == 0) page.Open($"i{minute}");
            if (minute < 360 && minute % 2 == 1) page.Resolve($"i{minute - 1}");
            events += minute < 360 ? 1 : 0;
            Pass(60);
            var due = Tell();
            messages += due.Length > 0 ? 1 : 0;
            told += due.Length;
        }
        Assert.Equal(events, told);
        Assert.InRange(messages, 5, 16);
    }

    [Fact]
    public void Another_component_and_what_people_write_do_not_wait_behind_one_that_flaps()
    {
        for (var i = 0; i < 20; i++)
        {
            page.Open($"f{i}");
            Pass(90);
            page.Resolve($"f{i}");
            Pass(90);
            Tell();
        }
        page.Open("other", "api");
        Pass(60);
        Assert.Contains("incident/other/opened", Tell());
        page.Say("other", "We know why.");
        Pass(60);
        Assert.Contains("incident/other/update/1", Tell());
    }

    [Fact]
    public void Nobody_is_told_of_what_was_before_or_does_not_concern_them_or_is_old()
    {
        page.Open("before");
        Pass(120);
        subscription = subscription with { ConfirmedAt = page.Now, Components = ["api"] };
        page.Open("shop", "shop");
        page.Open("api", "api");
        Pass(120);
        Assert.Equal(["incident/api/opened"], Due().Select(one => one.Id));
        Pass(86_400);
        Assert.Empty(Due());
    }

    [Fact]
    public void Who_has_not_confirmed_or_waits_after_a_failure_is_told_nothing()
    {
        page.Open("one");
        Pass(120);
        Assert.Single(Due());
        Assert.Empty(Due(subscription with { ConfirmedAt = null }));
        Assert.Empty(Due(subscription with { NextAttempt = page.Now + Duration.FromSeconds(1) }));
    }

    [Fact]
    public void What_is_remembered_of_a_subscriber_does_not_grow_for_ever()
    {
        for (var day = 0; day < 60; day++)
        {
            page.Open($"d{day}");
            Pass(86_400 / 2);
            Tell();
            Pass(86_400 / 2);
        }
        Assert.InRange(subscription.Told.Count, 1, 4);
        Assert.InRange(subscription.Topics.Count, 1, 4);
    }

    private void Pass(int seconds) => time.Advance(TimeSpan.FromSeconds(seconds));

    private ImmutableArray<PageEvent> Due(Subscription? of = null) => Spacing.Due(of ?? subscription, PageEvents.Since(page.Content, page.Now - options.NewsFor), options, page.Now);

    private string[] Tell()
    {
        var due = Due();
        if (due.Length > 0) subscription = Spacing.After(subscription, due, options, page.Now);
        return [.. due.Select(one => one.Id)];
    }
}
