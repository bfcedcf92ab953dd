using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Nines.Response.Notices;
using Nines.Testing;
using NodaTime;

namespace Nines.Response.Tests;

public sealed class NoticeSenderTests
{
    private static string[] Ids(Receiver receiver) => [.. receiver.Calls.Select(call => (string)JsonNode.Parse(call.Text)!["id"]!)];

    [Fact]
    public async Task An_outage_is_told_once_when_it_opens_and_once_when_it_closes()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var watch = await Watch.BeginAsync();
        var hook = new NoticeChannel.Webhook("ops", receiver.Url());

        await watch.GoDownAsync(1, 60);
        await watch.RunUntilAsync(() => watch.Sent().Count == 1, null, hook);
        await watch.ComeBackAsync(120);
        await watch.RunUntilAsync(() => watch.Sent().Count == 2, null, hook);

        Assert.Equal(["shop-1/opened", "shop-1/closed"], Ids(receiver));
        Assert.Equal([("shop-1", "opened", "ops", null), ("shop-1", "closed", "ops", null)], watch.Sent().Select(sent => (sent.Outage, sent.Phase, sent.Channel, sent.Failed)));
    }

    [Fact]
    public async Task History_that_was_imported_is_no_news()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var watch = await Watch.BeginAsync();
        await watch.ImportAsync();
        await watch.GoDownAsync(1, 60);
        await watch.RunUntilAsync(() => watch.Sent().Count == 1, null, new NoticeChannel.Webhook("ops", receiver.Url()));
        Assert.Equal(["shop-1/opened"], Ids(receiver));
    }

    [Fact]
    public async Task After_a_restart_nothing_is_told_twice()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var watch = await Watch.BeginAsync();
        var hook = new NoticeChannel.Webhook("ops", receiver.Url());
        await watch.GoDownAsync(1, 60);
        await watch.RunUntilAsync(() => watch.Sent().Count == 1, null, hook);

        await watch.RunUntilAsync(() => true, null, hook); // started and stopped at once
        await watch.GoDownAsync(1, 61);                    // the same outage, revised
        await watch.ComeBackAsync(100);
        await watch.GoDownAsync(2, 200);
        await watch.RunUntilAsync(() => watch.Sent().Count == 3, null, hook);

        Assert.Equal(["shop-1/opened", "shop-1/closed", "shop-2/opened"], Ids(receiver));
    }

    [Fact]
    public async Task An_outage_that_came_and_went_while_nobody_ran_gets_one_notice_each()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var watch = await Watch.BeginAsync();
        await watch.GoDownAsync(1, 60);
        await watch.ComeBackAsync(90);
        await watch.RunUntilAsync(() => watch.Sent().Count == 2, null, new NoticeChannel.Webhook("ops", receiver.Url()));

        Assert.Equal(["shop-1/opened", "shop-1/closed"], Ids(receiver));
    }

    [Fact]
    public async Task A_server_that_fails_is_tried_again_until_it_takes_the_notice()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = Receiver.Status(call => call < 3 ? 500 : 200);
        await using var watch = await Watch.BeginAsync();
        await watch.GoDownAsync(1, 60);
        await watch.RunUntilAsync(() => watch.Sent().Count == 1, null, new NoticeChannel.Webhook("ops", receiver.Url()));

        Assert.Equal(4, receiver.Calls.Count);
        Assert.Null(watch.Sent()[0].Failed);
        Assert.Contains(watch.Said, line => line.Contains("answered 500; attempt 1 of 6"));
    }

    [Fact]
    public async Task A_notice_interrupted_by_a_stop_is_sent_again_under_the_same_id()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = async (call, context) =>
        {
            if (call == 0) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ContinueWith(_ => { });
        };
        await using var watch = await Watch.BeginAsync();
        var hook = new NoticeChannel.Webhook("ops", receiver.Url());
        await watch.GoDownAsync(1, 60);

        await watch.RunUntilAsync(() => receiver.Calls.Count == 1, null, hook);
        Assert.Empty(watch.Sent());
        await watch.RunUntilAsync(() => watch.Sent().Count == 1, null, hook);

        Assert.Equal(["shop-1/opened", "shop-1/opened"], Ids(receiver));
    }

    [Fact]
    public async Task A_channel_that_never_answers_is_given_up_on_record_and_holds_up_no_other()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = (_, context) => context.Request.Path == "/silent"
            ? Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ContinueWith(_ => { })
            : Task.CompletedTask;
        await using var watch = await Watch.BeginAsync();
        await watch.GoDownAsync(1, 60);
        NoticeChannel[] channels = [new NoticeChannel.Webhook("silent", receiver.Url("/silent")), new NoticeChannel.Webhook("ops", receiver.Url())];
        await watch.RunUntilAsync(() => watch.Sent().Count == 1 && receiver.Calls.Any(call => call.Path == "/silent"), Watch.Fast with { Timeout = Patience.Most }, channels);
        // Only now a short time is allowed: one that the other channel would not need on any machine.
        await watch.RunUntilAsync(() => watch.Sent().Count == 2, Watch.Fast with { Timeout = TimeSpan.FromMilliseconds(100), Attempts = 2 }, channels);

        Assert.Equal(["ops", "silent"], watch.Sent().Select(sent => sent.Channel));
        Assert.Null(watch.Sent()[0].Failed);
        Assert.Equal("no answer within 0.1 s, after 2 attempts", watch.Sent()[1].Failed);
    }

    [Theory]
    [InlineData(302)]
    [InlineData(404)]
    public async Task A_redirect_or_a_refusal_is_not_followed_and_not_repeated(int status)
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = (_, context) =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = "/elsewhere";
            return Task.CompletedTask;
        };
        await using var watch = await Watch.BeginAsync();
        await watch.GoDownAsync(1, 60);
        await watch.RunUntilAsync(() => watch.Sent().Count == 1, null, new NoticeChannel.Webhook("ops", receiver.Url()));

        Assert.Equal("/hook", Assert.Single(receiver.Calls).Path);
        Assert.Equal($"answered {status}", watch.Sent()[0].Failed);
    }

    [Fact]
    public async Task Neither_address_nor_secret_is_ever_said_or_recorded()
    {
        await using var watch = await Watch.BeginAsync();
        var hook = new NoticeChannel.Webhook("ops", new Uri("http://127.0.0.1:1/token-in-path"), "very-secret");
        await watch.GoDownAsync(1, 60);
        await watch.RunUntilAsync(() => watch.Sent().Count == 1, Watch.Fast with { Attempts = 2 }, hook);

        var words = string.Join('\n', [.. watch.Said, .. watch.Sent().Select(sent => sent.ToString()), hook.ToString()]);
        Assert.Contains("could not be reached (ConnectionError)", words);
        Assert.DoesNotContain("token-in-path", words);
        Assert.DoesNotContain("127.0.0.1", words);
        Assert.DoesNotContain("very-secret", words);
    }

    [Fact]
    public async Task A_webhook_gets_a_signed_cloud_event_with_the_outage_in_it()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var watch = await Watch.BeginAsync();
        await watch.GoDownAsync(1, 60);
        await watch.RunUntilAsync(() => watch.Sent().Count == 1, null, new NoticeChannel.Webhook("ops", receiver.Url(), "very-secret"));

        var call = Assert.Single(receiver.Calls);
        Assert.Equal("application/cloudevents+json; charset=utf-8", call.ContentType);
        var time = call.Signature!.Split(',')[0][2..];
        byte[] signed = [.. Encoding.UTF8.GetBytes(time + "."), .. call.Body];
        var expected = HMACSHA256.HashData(Encoding.UTF8.GetBytes("very-secret"), signed);
        Assert.Equal($"t={time},v1={Convert.ToHexStringLower(expected)}", call.Signature);

        var notice = JsonNode.Parse(call.Text)!;
        Assert.Equal(("1.0", "nines.outage.opened", "shop-1", "/nines"),
            ((string?)notice["specversion"], (string?)notice["type"], (string?)notice["subject"], (string?)notice["source"]));
        Assert.Equal(("shop", "open", "technical"), ((string?)notice["data"]!["component"], (string?)notice["data"]!["status"], (string?)notice["data"]!["cause"]));
    }

    [Fact]
    public async Task Slack_gets_text_and_blocks_that_cannot_ping_a_channel()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var watch = await Watch.BeginAsync();
        await watch.GoDownAsync(1, 60);
        await watch.ComeBackAsync(312);
        await watch.RunUntilAsync(() => watch.Sent().Count == 2, null, new NoticeChannel.Slack("chat", receiver.Url()));

        var notices = receiver.Calls.Select(call => JsonNode.Parse(call.Text)!).ToList();
        Assert.Equal(["header", "section", "context"], notices[0]["blocks"]!.AsArray().Select(block => (string?)block!["type"]));
        Assert.Equal("shop is back after 4m 12s", (string?)notices[1]["blocks"]![0]!["text"]!["text"]);
        Assert.Contains("&lt;!channel&gt; &amp; co", (string?)notices[0]["blocks"]![1]!["text"]!["text"]);
        Assert.DoesNotContain("<", (string?)notices[0]["text"]);
    }

    [Fact]
    public async Task A_notice_that_was_delivered_is_not_sent_again_because_the_journal_could_not_take_its_fact()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var watch = await Watch.BeginInMemoryAsync();
        await watch.GoDownAsync(1, 60);
        watch.Memory!.FailNextAppend(new Nines.Backbone.Journal.JournalException("NIN2007", "full disk"));
        watch.Memory.FailNextAppend(new Nines.Backbone.Journal.JournalException("NIN2007", "full disk"));
        await watch.RunUntilAsync(() => watch.Sent().Count == 1, null, new NoticeChannel.Webhook("ops", receiver.Url()));

        Assert.Single(receiver.Calls);
        Assert.Equal(2, watch.Said.Count(line => line.Contains("NIN2007")));
    }

    [Fact]
    public async Task What_was_over_a_day_ago_is_history_and_not_told_but_what_is_open_is()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var watch = await Watch.BeginAsync(Duration.FromDays(3));
        await watch.GoDownAsync(1, 60);
        await watch.ComeBackAsync(90);
        await watch.GoDownAsync(2, 200);
        await watch.RunUntilAsync(() => watch.Sent().Count == 1, null, new NoticeChannel.Webhook("ops", receiver.Url()));

        Assert.Equal(["shop-2/opened"], Ids(receiver));
    }

    [Fact]
    public void Waits_double_up_to_the_longest_and_are_spread_over_their_upper_half()
    {
        var options = new NoticeOptions();

        Assert.Equal([1.0, 2, 4, 8], Enumerable.Range(1, 4).Select(failed => options.WaitAfter(failed, 1).TotalSeconds));
        Assert.Equal(TimeSpan.FromMinutes(5), options.WaitAfter(50, 1));
        Assert.Equal(TimeSpan.FromSeconds(4), options.WaitAfter(4, 0));
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://example.org/")]
    public void Only_http_addresses_are_taken(string address) =>
        Assert.Throws<FormatException>(() => new NoticeChannel.Webhook("ops", new Uri(address)));

    [Fact]
    public async Task While_the_journal_fails_two_channels_wait_between_two_tries()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var watch = await Watch.BeginInMemoryAsync();
        await watch.GoDownAsync(1, 60);
        for (var i = 0; i < 10_000; i++) watch.Memory!.FailNextAppend(new Nines.Backbone.Journal.JournalException(Nines.Backbone.Journal.JournalErrors.DiskFull, "full"));
        var begun = TimeProvider.System.GetTimestamp();
        await watch.RunUntilAsync(() => TimeProvider.System.GetElapsedTime(begun) > TimeSpan.FromSeconds(2) && receiver.Calls.Count >= 2, null,
            new NoticeChannel.Webhook("ops", receiver.Url()), new NoticeChannel.Webhook("team", receiver.Url("/other")));
        var passed = TimeProvider.System.GetElapsedTime(begun);

        Assert.Equal(2, receiver.Calls.Count);
        // Looked at every 10 ms, by each of the two.
        Assert.InRange(watch.Said.Count(line => line.Contains("the journal failed")), 1, 2 * passed / Watch.Fast.LookEvery);
    }
}
