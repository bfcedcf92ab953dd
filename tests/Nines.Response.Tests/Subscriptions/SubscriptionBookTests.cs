using System.Collections.Immutable;
using System.Net;
using System.Text;
using Nines.Response.Subscriptions;
using Nines.Testing;

namespace Nines.Response.Tests.Subscriptions;

public sealed class SubscriptionBookTests : IDisposable
{
    private static readonly IPAddress Caller = IPAddress.Parse("192.0.2.7");
    private static readonly ImmutableHashSet<string> Known = ["shop", "api"];

    private readonly string folder = Directory.CreateTempSubdirectory("nines-book").FullName;
    private readonly ManualTimeProvider time = new();
    private SubscriptionOptions options = new() { MostPerCaller = 1_000 };
    private SubscriptionBook book;

    public SubscriptionBookTests() => book = SubscriptionBook.Open(folder, options, time);

    public void Dispose()
    {
        book.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Nothing_is_confirmed_without_the_token_and_twice_is_as_good_as_once()
    {
        Assert.Equal(AskAnswer.Taken, Ask("alice@example.org"));
        Assert.Equal((0, 1), book.Count);
        var token = book.NewConfirmation(book.All().Single().Id)!;
        Assert.False(book.Confirm(token + "x"));
        Assert.False(book.Confirm(""));
        Assert.True(book.CanConfirm(token));
        Assert.Equal((0, 1), book.Count); // to ask is not to do
        Assert.True(book.Confirm(token));
        Assert.True(book.Confirm(token));
        Assert.Equal((1, 0), book.Count);
    }

    [Fact]
    public void A_token_does_not_live_longer_than_a_day_and_neither_does_who_did_not_confirm()
    {
        Ask("alice@example.org");
        var token = book.NewConfirmation(book.All().Single().Id)!;
        time.Advance(TimeSpan.FromHours(24));
        Assert.False(book.CanConfirm(token));
        Assert.False(book.Confirm(token));
        Assert.Empty(book.All());
        AssertNoByteOf("alice");
    }

    [Fact]
    public void No_token_is_in_the_file_and_who_leaves_is_in_it_no_more()
    {
        Ask("alice@example.org");
        Ask("bob@example.org");
        var one = book.All().Single(one => one.Address.StartsWith("alice", StringComparison.Ordinal));
        var token = book.NewConfirmation(one.Id)!;
        var leave = book.Tokens.LeaveToken(one.Id);
        AssertNoByteOf(token);
        AssertNoByteOf(leave);
        book.Confirm(token);
        Assert.True(book.CanLeave(leave));
        Assert.False(book.Leave(leave[..^2] + (leave[^2] == 'A' ? 'B' : 'A') + leave[^1]));
        Assert.False(book.Leave("x"));
        Assert.False(book.Leave(new string('A', 64)));
        Assert.Equal((1, 1), book.Count);
        Assert.True(book.Leave(leave));
        Assert.True(book.Leave(leave));
        Assert.Equal((0, 1), book.Count);
        AssertNoByteOf("alice");
        Assert.False(book.Confirm(token));
    }

    [Fact]
    public void All_of_it_is_there_after_a_restart_and_tokens_of_before_hold()
    {
        Ask("alice@example.org", "shop");
        var one = book.All().Single();
        var (token, leave) = (book.NewConfirmation(one.Id)!, book.Tokens.LeaveToken(one.Id));
        Reopen();
        Assert.True(book.Confirm(token));
        Reopen();
        Assert.Equal(["shop"], book.All().Single().Components);
        Assert.True(book.Leave(leave));
        Reopen();
        Assert.Empty(book.All());
    }

    [Fact]
    public void A_new_subscription_of_one_address_takes_the_place_of_the_old_one_only_when_it_is_confirmed()
    {
        Confirmed("alice@example.org");
        Ask("Alice@Example.org", "shop");
        Assert.Equal((1, 1), book.Count);
        Assert.Empty(book.All().Single(one => one.IsConfirmed).Components);
        book.Confirm(book.NewConfirmation(book.All().Single(one => !one.IsConfirmed).Id)!);
        Assert.Equal(["shop"], book.All().Single().Components);
    }

    [Fact]
    public void The_answer_is_the_same_whether_or_not_an_address_is_known_and_nobody_is_written_to_for_ever()
    {
        Confirmed("alice@example.org");
        for (var i = 0; i < 50; i++)
        {
            Assert.Equal(Ask($"new{i}@example.org"), Ask("alice@example.org"));
            time.Advance(TimeSpan.FromMinutes(7));
        }
        // Three words in the five hours, however often somebody asked.
        Assert.Equal(3, book.All().Single(one => !one.IsConfirmed && one.Address == "alice@example.org").Invitations);
    }

    [Fact]
    public void One_caller_can_ask_so_often_and_all_together_so_many()
    {
        options = new SubscriptionOptions { MostPerCaller = 3, MostPending = 5, Most = 6 };
        Reopen();
        for (var i = 0; i < 3; i++) Assert.Equal(AskAnswer.Taken, Ask($"a{i}@example.org"));
        Assert.Equal(AskAnswer.TooOften, Ask("a3@example.org"));
        Assert.Equal(AskAnswer.TooOften, Ask("a3@example.org", caller: IPAddress.Parse("::ffff:192.0.2.7")));
        Assert.Equal(AskAnswer.Taken, Ask("b0@example.org", caller: IPAddress.Parse("2001:db8::1")));
        Assert.Equal(AskAnswer.Taken, Ask("b1@example.org", caller: IPAddress.Parse("2001:db8::2")));
        Assert.Equal(AskAnswer.Full, Ask("b2@example.org", caller: IPAddress.Parse("2001:db8::3")));
        Assert.Equal(AskAnswer.TooOften, Ask("b3@example.org", caller: IPAddress.Parse("2001:db8::4"))); // one /64
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(AskAnswer.Full, Ask("a4@example.org"));
        time.Advance(TimeSpan.FromHours(24));
        Assert.Equal(AskAnswer.Taken, Ask("a4@example.org"));
    }

    [Theory]
    [InlineData("http://127.0.0.1:8080/")]
    [InlineData("http://127.1/")]
    [InlineData("http://2130706433/")]
    [InlineData("http://0x7f.0.0.1/")]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("http://[::ffff:169.254.169.254]/")]
    [InlineData("http://[::1]/")]
    [InlineData("http://10.1.2.3/")]
    [InlineData("http://100.64.1.1/")]
    [InlineData("https://user:password@hooks.example.org/")]
    [InlineData("https://hooks.example.org:25/")]
    [InlineData("https://hooks.example.org:22/")]
    [InlineData("ftp://hooks.example.org/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("//hooks.example.org/")]
    [InlineData("https://hooks.example.org/#x")]
    [InlineData("")]
    public void A_webhook_is_not_taken_where_it_could_only_do_harm(string url)
    {
        Assert.Equal(AskAnswer.NotAnAddress, book.Ask(SubscriptionKind.Webhook, url, [], Known, Caller));
        Assert.Empty(book.All());
    }

    [Fact]
    public void One_host_has_only_so_many_webhooks()
    {
        for (var i = 0; i < 30; i++) Assert.Equal(AskAnswer.Taken, book.Ask(SubscriptionKind.Webhook, $"https://hooks.example.org/{i}", [], Known, Caller));
        Assert.Equal(10, book.All().Length);
    }

    [Theory]
    [InlineData("Alice <alice@example.org>")]
    [InlineData("alice@[127.0.0.1]")]
    [InlineData("alice@10.0.0.1")]
    [InlineData("alice@example.org\r\nRCPT TO:<eve@example.org>")]
    [InlineData("alice")]
    public void Only_a_plain_address_is_taken(string address) => Assert.Equal(AskAnswer.NotAnAddress, Ask(address));

    [Fact]
    public void A_component_that_is_not_public_is_not_one() => Assert.Equal(AskAnswer.NoSuchComponent, Ask("alice@example.org", "int-web-7f"));

    [Fact]
    public void Only_the_owner_may_read_the_file()
    {
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder, SubscriptionBook.FileName)));
    }

    private AskAnswer Ask(string address, string? component = null, IPAddress? caller = null) =>
        book.Ask(SubscriptionKind.Email, address, component is null ? [] : [component], Known, caller ?? Caller);

    private void Confirmed(string address)
    {
        Ask(address);
        Assert.True(book.Confirm(book.NewConfirmation(book.All().Single(one => one.Address == address).Id)!));
    }

    private void Reopen()
    {
        book.Dispose();
        book = SubscriptionBook.Open(folder, options, time);
    }

    private void AssertNoByteOf(string text)
    {
        foreach (var file in Directory.EnumerateFiles(folder))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream, Encoding.Latin1);
            Assert.DoesNotContain(text, reader.ReadToEnd(), StringComparison.Ordinal);
        }
    }
}
