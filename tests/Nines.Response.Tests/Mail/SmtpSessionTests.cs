using System.Text;
using Nines.Response.Mail;
using Nines.Testing;
using NodaTime;

namespace Nines.Response.Tests.Mail;

/// <summary>Against a real mail server.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class SmtpSessionTests
{
    private static readonly MailMessage Plain = new()
    {
        From = MailAddress.Parse("Nines <status@example.org>"),
        To = MailAddress.Parse("alice@example.org"),
        Subject = "Zahlungen: gestört",
        Text = ".\n..two dots\nFrom here on ünicode\n" + new string('x', 3_000) + "\n",
        Html = "<p>gestört</p>",
        Id = "one",
        Date = Instant.FromUtc(2026, 11, 21, 14, 0),
        Unsubscribe = new Uri("https://status.example.org/subscriptions/leave?token=abc"),
    };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Mails_go_through_TLS_and_a_log_in_to_the_mailbox(bool implicitTls)
    {
        Assert.SkipWhen(MailHost.Missing is not null, MailHost.Missing ?? "");
        await using var host = await MailHost.StartAsync(implicitTls);
        await using (var session = await SmtpSession.OpenAsync(Server(host, implicitTls ? MailTls.Implicit : MailTls.StartTls), TimeProvider.System, default))
        {
            Assert.IsType<MailOutcome.Accepted>(await session.SendAsync(Plain, default));
            Assert.IsType<MailOutcome.Accepted>(await session.SendAsync(Plain with { Id = "two", Html = null }, default));
        }
        var mails = await host.MailboxAsync("alice", 2);
        var read = await PythonMail.ReadAsync([.. mails]);
        Assert.All(read, mail => Assert.Empty(mail.Defects));
        var first = read.Single(mail => mail.Headers["Message-ID"] == "<one@example.org>");
        Assert.Equal("Zahlungen: gestört", first.Headers["Subject"]);
        Assert.Equal(Plain.Text, first.Text);
        Assert.Equal("<p>gestört</p>\n", first.Html);
        Assert.Equal("List-Unsubscribe=One-Click", first.Headers["List-Unsubscribe-Post"]);
        Assert.Contains("P=esmtpsa", host.Log(), StringComparison.Ordinal);
        Assert.Contains("A=plain:nines", host.Log(), StringComparison.Ordinal);
        Assert.DoesNotContain("error", host.Log(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_refused_recipient_does_not_hold_up_the_next_mail()
    {
        Assert.SkipWhen(MailHost.Missing is not null, MailHost.Missing ?? "");
        await using var host = await MailHost.StartAsync();
        await using var session = await SmtpSession.OpenAsync(Server(host, MailTls.StartTls), TimeProvider.System, default);
        var unknown = Assert.IsType<MailOutcome.Rejected>(await session.SendAsync(Plain with { To = MailAddress.Parse("nobody@example.org") }, default));
        Assert.Equal(("NIN4377", "550 5.1.1 no such user <address>"), (unknown.Code, unknown.Reason));
        Assert.Equal("NIN4376", Assert.IsType<MailOutcome.Deferred>(await session.SendAsync(Plain with { To = MailAddress.Parse("later@example.org") }, default)).Code);
        var large = Assert.IsType<MailOutcome.Rejected>(await session.SendAsync(Plain with { Text = string.Concat(Enumerable.Repeat("a line\n", 40_000)) }, default));
        Assert.Equal("NIN4378", large.Code);
        // A letter beyond ASCII in the address needs SMTPUTF8; a domain with one does not.
        Assert.IsType<MailOutcome.Accepted>(await session.SendAsync(Plain with { To = MailAddress.Parse("jürgen@example.org") }, default));
        Assert.IsType<MailOutcome.Accepted>(await session.SendAsync(Plain with { To = MailAddress.Parse("bob@Bücher.example") }, default));
        await host.MailboxAsync("bob", 1);
        Assert.Equal("MIME-Version: 1.0", Encoding.UTF8.GetString((await host.MailboxAsync("jürgen", 1))[0]).Split("\n").Single(line => line.StartsWith("MIME", StringComparison.Ordinal)).Trim());
    }

    [Fact]
    public async Task A_wrong_password_or_a_certificate_that_nobody_trusts_is_said_and_nothing_is_sent()
    {
        Assert.SkipWhen(MailHost.Missing is not null, MailHost.Missing ?? "");
        await using var host = await MailHost.StartAsync();
        var refused = await Assert.ThrowsAsync<MailServerException>(() => SmtpSession.OpenAsync(Server(host, MailTls.StartTls) with { Password = "wrong-secret" }, TimeProvider.System, default));
        Assert.Equal("NIN4373", refused.Code);
        Assert.DoesNotContain("wrong-secret", refused.Message, StringComparison.Ordinal);
        var untrusted = await Assert.ThrowsAsync<MailServerException>(() => SmtpSession.OpenAsync(Server(host, MailTls.StartTls) with { Roots = [] }, TimeProvider.System, default));
        Assert.Equal("NIN4372", untrusted.Code);
        var other = await Assert.ThrowsAsync<MailServerException>(() => SmtpSession.OpenAsync(Server(host, MailTls.StartTls) with { Host = "127.0.0.1" }, TimeProvider.System, default));
        Assert.Equal("NIN4372", other.Code); // trusted, but for another name
        await using var anonymous = await SmtpSession.OpenAsync(Server(host, MailTls.StartTls) with { User = null, Password = null }, TimeProvider.System, default);
        Assert.Equal("NIN4377", Assert.IsType<MailOutcome.Rejected>(await anonymous.SendAsync(Plain, default)).Code);
        Assert.Empty(host.Mailbox("alice"));
    }

    private static MailServer Server(MailHost host, MailTls tls) => new() { Host = "localhost", Port = host.Port, Tls = tls, User = MailHost.User, Password = MailHost.Password, Roots = [host.Root] };
}
