using System.Collections.Immutable;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Nines.Core.Network;
using Nines.Response.Mail;
using Nines.Response.Notices;
using Nines.Response.Subscriptions;
using Nines.Response.Tests.Mail;
using Nines.Testing;
using NodaTime;

namespace Nines.Response.Tests.Subscriptions;

/// <summary>The loop against a real mail server and real receivers of webhooks.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed partial class SubscriptionSenderTests : IDisposable
{
    private static readonly SubscriptionOptions Fast = new()
    {
        LookEvery = TimeSpan.FromMilliseconds(10),
        Grace = Duration.Zero,
        FirstGap = Duration.Zero,
        FirstWait = Duration.FromMilliseconds(20),
        Webhooks = AddressRule.PublicOnly with { Blocks = [new AddressBlock([127, 0, 0, 0], 8)] },
    };

    private readonly string folder = Directory.CreateTempSubdirectory("nines-sender").FullName;
    private readonly Page page = new(TimeProvider.System);
    private readonly List<string> said = [];
    private SubscriptionBook book;
    private MailServer? server;
    private int mostPerMinute = 6_000;

    public SubscriptionSenderTests() => book = SubscriptionBook.Open(folder, Fast, TimeProvider.System);

    public void Dispose()
    {
        book.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task By_mail_from_asking_to_leaving()
    {
        Assert.SkipWhen(MailHost.Missing is not null, MailHost.Missing ?? "");
        await using var host = await MailHost.StartAsync();
        server = ServerOf(host);
        Ask("alice@example.org");
        await using (Run())
        {
            var invitation = (await PythonMail.ReadAsync(await host.MailboxAsync("alice", 1)))[0];
            Assert.Empty(invitation.Defects);
            Assert.Equal("Example: please confirm your subscription", invitation.Headers["Subject"]);
            Assert.False(invitation.Headers.ContainsKey("List-Unsubscribe")); // there is nothing to leave yet
            page.Open("one");
            await ElapseAsync();
            Assert.Single(host.Mailbox("alice")); // not confirmed: not told

            Assert.True(book.Confirm(TokenIn(invitation.Text!)));
            page.Open("two", body: "A <script>alert(1)</script> and [a link](javascript:x).");
            var news = (await PythonMail.ReadAsync(await host.MailboxAsync("alice", 2)))[^1];
            Assert.Empty(news.Defects);
            Assert.Equal("Example: Trouble two (Incident)", news.Headers["Subject"]);
            Assert.Contains("https://status.example.org/incidents/two.html", news.Text!, StringComparison.Ordinal);
            Assert.StartsWith($"Trouble two\nAffects {page.Options.Find("shop")!.Name}\n", news.Text!.ReplaceLineEndings("\n"), StringComparison.Ordinal);
            Assert.DoesNotContain("<script", news.Html!, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("javascript:", news.Html!, StringComparison.OrdinalIgnoreCase);
            Assert.Equal("List-Unsubscribe=One-Click", news.Headers["List-Unsubscribe-Post"]);
            page.Say("two", "Known.");
            page.Resolve("two");
            await WaitAsync(() => book.All().Single().Told.Count == 3);

            Assert.True(book.Leave(TokenIn(news.Headers["List-Unsubscribe"])));
            await host.DeliveredAsync();
            var mails = host.Mailbox("alice").Count;
            page.Open("three");
            await ElapseAsync();
            Assert.Equal(mails, host.Mailbox("alice").Count);
        }
        Assert.Empty(said);
    }

    [Fact]
    public async Task By_webhook_with_a_challenge_and_signatures_and_each_event_once()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = async (call, context) =>
        {
            if (call == 0) await context.Response.WriteAsync(JsonNode.Parse(receiver.Calls.First().Text)!["data"]!["challenge"]!.GetValue<string>());
            else context.Response.StatusCode = call == 1 ? 503 : 204;
        };
        AskHook(receiver.Url());
        await using (Run())
        {
            await WaitAsync(() => book.Count.Confirmed == 1);
            page.Open("one");
            await WaitAsync(() => book.All().Single().Told.Count == 1);
        }
        page.Resolve("one");
        await using (Run()) await WaitAsync(() => book.All().Single().Told.Count == 2);
        var calls = receiver.Calls.ToArray();
        var challenge = JsonNode.Parse(calls[0].Text)!;
        Assert.Equal("nines.subscription.challenge", challenge["type"]!.GetValue<string>());
        var secret = challenge["data"]!["secret"]!.GetValue<string>();
        var events = calls[1..].Select(call => JsonNode.Parse(call.Text)!).ToArray();
        // The first attempt was answered with 503 and is repeated under its id.
        Assert.Equal(["incident/one/opened", "incident/one/opened", "incident/one/update/1"], events.Select(one => one["id"]!.GetValue<string>()));
        Assert.Equal("nines.page.incident_resolved", events[^1]["type"]!.GetValue<string>());
        foreach (var call in calls)
        {
            var at = Instant.FromUnixTimeSeconds(long.Parse(call.Signature!["t=".Length..call.Signature!.IndexOf(',')], System.Globalization.CultureInfo.InvariantCulture));
            Assert.Equal(SignedPost.Sign(call.Body, secret, at), call.Signature);
        }
        Assert.True(book.Leave(TokenIn(events[0]["data"]!["unsubscribe"]!.GetValue<string>())));
        Assert.Equal((0, 0), book.Count);
    }

    [Theory]
    [InlineData("hello")]
    [InlineData("""{"challenge": 1}""")]
    [InlineData("""{"challenge": "other"}""")]
    [InlineData("")]
    public async Task A_webhook_that_does_not_know_the_challenge_is_forgotten(string answer)
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = (_, context) => context.Response.WriteAsync(answer);
        AskHook(receiver.Url());
        await using (Run()) await WaitAsync(() => book.Count == (0, 0));
        Assert.Single(receiver.Calls);
    }

    [Fact]
    public async Task A_webhook_that_says_it_is_gone_is_forgotten_and_one_that_is_not_found_for_a_while_is_not()
    {
        await using var receiver = await Receiver.StartAsync();
        var gone = false;
        receiver.Answer = async (call, context) =>
        {
            if (call == 0) await context.Response.WriteAsync(JsonNode.Parse(receiver.Calls.First().Text)!["data"]!["challenge"]!.GetValue<string>());
            else context.Response.StatusCode = Volatile.Read(ref gone) ? 410 : 404;
        };
        AskHook(receiver.Url());
        await using (Run())
        {
            await WaitAsync(() => book.Count.Confirmed == 1);
            page.Open("one");
            await WaitAsync(() => receiver.Calls.Count >= 5);
            Assert.Equal((1, 0), book.Count);
            Volatile.Write(ref gone, true);
            await WaitAsync(() => book.Count == (0, 0));
        }
    }

    [Fact]
    public async Task News_go_out_before_strangers_are_asked()
    {
        Assert.SkipWhen(MailHost.Missing is not null, MailHost.Missing ?? "");
        await using var host = await MailHost.StartAsync(logIn: false);
        server = new MailServer { Host = "127.0.0.1", Port = host.Port, Tls = MailTls.Off };
        mostPerMinute = 2;
        for (var i = 0; i < 10; i++) Ask($"stranger{i}@example.org");
        Confirmed("alice@example.org");
        page.Open("one");
        await using (Run()) await WaitAsync(() => book.All().Single(one => one.IsConfirmed).Told.Count == 1);
        Assert.InRange(book.All().Count(one => one.InvitedAt is not null), 0, 1);
    }

    [Fact]
    public async Task A_name_that_leads_into_the_house_is_not_connected_to()
    {
        await using var receiver = await Receiver.StartAsync();
        using var post = new SignedPost(new NoticeOptions(), TimeProvider.System, AddressRule.PublicOnly);
        var url = new UriBuilder(receiver.Url()) { Host = "localhost" }.Uri;
        var refused = Assert.IsType<PostOutcome.Failed>(await post.SendAsync(url, "text/plain", [], null, default));
        Assert.Equal("its name leads to no address that may be connected to", refused.Reason);
        Assert.IsType<PostOutcome.Failed>(await post.SendAsync(receiver.Url(), "text/plain", [], null, default));
        Assert.Empty(receiver.Calls);
        using var allowed = new SignedPost(new NoticeOptions(), TimeProvider.System, Fast.Webhooks);
        Assert.IsType<PostOutcome.Delivered>(await allowed.SendAsync(receiver.Url(), "text/plain", [], null, default));
    }

    [Fact]
    public async Task A_redirect_into_the_house_is_not_followed()
    {
        await using var inside = await Receiver.StartAsync();
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = (_, context) =>
        {
            context.Response.Redirect(inside.Url("/secret").AbsoluteUri);
            return Task.CompletedTask;
        };
        AskHook(receiver.Url());
        await using (Run()) await WaitAsync(() => book.Count == (0, 0));
        Assert.Empty(inside.Calls);
    }

    [Fact]
    public async Task While_the_mail_server_is_away_all_mails_wait_and_then_each_goes_out_once()
    {
        Assert.SkipWhen(MailHost.Missing is not null, MailHost.Missing ?? "");
        var port = Ports.Free();
        server = new MailServer { Host = "127.0.0.1", Port = port, Tls = MailTls.Off };
        for (var i = 0; i < 5; i++) Confirmed($"u{i}@example.org");
        page.Open("one");
        await using (Run()) await WaitAsync(() => said.Count >= 2);
        Assert.All(said, line => Assert.Contains("NIN4370", line, StringComparison.Ordinal));
        await using var host = await MailHost.StartAsync(logIn: false, port: port);
        await using (Run()) await WaitAsync(() => book.All().All(one => one.Told.Count == 1));
        await using (Run()) await ElapseAsync();
        for (var i = 0; i < 5; i++) Assert.Single(await host.MailboxAsync($"u{i}", 1));
    }

    [Fact]
    public async Task An_address_that_does_not_exist_ends_after_three_mails_if_the_server_takes_others()
    {
        Assert.SkipWhen(MailHost.Missing is not null, MailHost.Missing ?? "");
        await using var host = await MailHost.StartAsync();
        server = ServerOf(host);
        Confirmed("nobody@example.org");
        await using (Run())
        {
            for (var i = 0; i < 4; i++)
            {
                page.Open($"alone{i}");
                await WaitAsync(() => book.All().Single().Told.Count == i + 1);
            }
            Assert.Equal(1, book.Count.Confirmed); // the server has taken nothing of anybody: it may be the server
            Confirmed("alice@example.org");
            page.Open("both");
            await host.MailboxAsync("alice", 1);
            page.Open("again");
            await WaitAsync(() => book.Count.Confirmed == 1);
        }
        Assert.Equal("alice@example.org", book.All().Single().Address);
        Assert.DoesNotContain(said, line => line.Contains("nobody", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_mail_that_the_server_dies_of_does_not_hold_up_the_others()
    {
        await using var nasty = new NastyServer(NastyServer.Answers(("EHLO", "250 nasty\r\n"), ("MAIL", "250 ok\r\n"), ("RCPT TO:<bad@", null), ("RCPT", "250 ok\r\n"), ("DATA", "354 go\r\n"), (".", "250 ok\r\n"), ("QUIT", "221 bye\r\n")));
        server = new MailServer { Host = "127.0.0.1", Port = nasty.Port, Tls = MailTls.Off };
        Confirmed("bad@example.org");
        Confirmed("good@example.org");
        page.Open("one");
        await using (Run()) await WaitAsync(() => book.All().Any(one => one.Told.Count == 1));
        Assert.Equal("good@example.org", book.All().Single(one => one.Told.Count == 1).Address);
        Assert.Equal(2, book.Count.Confirmed);
    }

    [Fact]
    public async Task No_more_mails_leave_in_a_minute_than_the_config_says()
    {
        Assert.SkipWhen(MailHost.Missing is not null, MailHost.Missing ?? "");
        await using var host = await MailHost.StartAsync(logIn: false);
        server = new MailServer { Host = "127.0.0.1", Port = host.Port, Tls = MailTls.Off };
        mostPerMinute = 3;
        for (var i = 0; i < 8; i++) Confirmed($"u{i}@example.org");
        page.Open("one");
        await using (Run())
        {
            await WaitAsync(() => book.All().Count(one => one.Told.Count == 1) == 3);
            await ElapseAsync();
        }
        Assert.Equal(3, book.All().Count(one => one.Told.Count == 1));
    }

    private static MailServer ServerOf(MailHost host) => new() { Host = "localhost", Port = host.Port, Tls = MailTls.StartTls, User = MailHost.User, Password = MailHost.Password, Roots = [host.Root] };

    private void Ask(string address) => Assert.Equal(AskAnswer.Taken, book.Ask(SubscriptionKind.Email, address, [], new HashSet<string>(), NextCaller()));

    private void AskHook(Uri url) => Assert.Equal(AskAnswer.Taken, book.Ask(SubscriptionKind.Webhook, url.AbsoluteUri, [], new HashSet<string>(), NextCaller()));

    private void Confirmed(string address)
    {
        Ask(address);
        Assert.True(book.Confirm(book.NewConfirmation(book.All().Single(one => one.Address == address).Id)!));
    }

    private byte caller;

    private IPAddress NextCaller() => new([192, 0, 2, ++caller]);

    private static string TokenIn(string text) => Token().Match(text).Groups[1].Value;

    /// <summary>Long enough for many looks: that nothing comes of them.</summary>
    private static Task ElapseAsync() => Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System);

    private async Task WaitAsync(Func<bool> until)
    {
        await Patience.UntilAsync("what was waited for", until, () => string.Join('\n', said), TimeSpan.FromMilliseconds(5));
    }

    private Running Run() => new(new SubscriptionSender(book, () => page.Content, () => server is null ? null : new MailSender(server, MailAddress.Parse("Status <status@example.org>"), null, mostPerMinute), Fast, TimeProvider.System, line =>
    {
        lock (said) said.Add(line);
    }));

    private sealed class Running : IAsyncDisposable
    {
        private readonly SubscriptionSender sender;
        private readonly CancellationTokenSource stopping = new();
        private readonly Task running;

        public Running(SubscriptionSender sender) => (this.sender, running) = (sender, sender.RunAsync(stopping.Token));

        public async ValueTask DisposeAsync()
        {
            await stopping.CancelAsync();
            await running;
            sender.Dispose();
            stopping.Dispose();
        }
    }

    [GeneratedRegex("token=([A-Za-z0-9_-]+)")]
    private static partial Regex Token();
}
