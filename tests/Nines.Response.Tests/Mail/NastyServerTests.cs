using System.Text;
using Nines.Response.Mail;
using NodaTime;

namespace Nines.Response.Tests.Mail;

/// <summary>Servers that are wrong, slow or hostile.</summary>
public sealed class NastyServerTests
{
    private static readonly MailMessage Message = new()
    {
        From = MailAddress.Parse("status@example.org"), To = MailAddress.Parse("alice@example.org"), Subject = "s", Text = ".\nlast", Id = "one", Date = Instant.FromUtc(2026, 11, 21, 14, 0),
    };

    private static readonly (string, string?)[] Good =
        [("EHLO", "250-nasty\r\n250 SIZE\r\n"), ("MAIL", "250 ok\r\n"), ("RCPT", "250 ok\r\n"), ("DATA", "354 go\r\n"), (".", "250 queued\r\n"), ("RSET", "250 ok\r\n"), ("QUIT", "221 bye\r\n")];

    [Fact]
    public async Task Dots_are_doubled_and_the_end_is_one_line()
    {
        await using var server = new NastyServer(NastyServer.Answers(Good));
        await using (var session = await SmtpSession.OpenAsync(Plainly(server), TimeProvider.System, default))
            Assert.IsType<MailOutcome.Accepted>(await session.SendAsync(Message, default));
        var body = server.Heard.SkipWhile(line => line.Length > 0).Skip(1).TakeWhile(line => line != "QUIT").ToArray();
        Assert.Equal(["=2E", "last", "."], body);
        // What the encoding lets through is doubled on the wire all the same.
        Assert.StartsWith("MAIL FROM:<status@example.org> SIZE=", server.Heard[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no TLS on offer", "EHLO", "250 nasty\r\n", "NIN4371")]
    [InlineData("refuses STARTTLS", "STARTTLS", "454 not now\r\n", "NIN4376")]
    [InlineData("speaks before TLS", "STARTTLS", "220 go\r\n250-AUTH PLAIN\r\n250 SIZE 1\r\n", "NIN4374")]
    [InlineData("closes at STARTTLS", "STARTTLS", null, "NIN4370")]
    public async Task Nothing_is_told_to_who_does_not_come_to_TLS(string what, string verb, string? answer, string code)
    {
        Assert.NotEmpty(what);
        await using var server = new NastyServer(NastyServer.Answers((verb, answer), ("EHLO", "250-nasty\r\n250 STARTTLS\r\n"), ("AUTH", "235 in\r\n"), ("MAIL", "250 ok\r\n")));
        var failed = await Assert.ThrowsAsync<MailServerException>(() => SmtpSession.OpenAsync(Plainly(server) with { Tls = MailTls.StartTls, User = "u", Password = "geheim" }, TimeProvider.System, default));
        Assert.Equal(code, failed.Code);
        Assert.DoesNotContain(server.Heard, line => line.StartsWith("AUTH", StringComparison.Ordinal) || line.StartsWith("MAIL", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("HELLO\r\n", "NIN4374")]
    [InlineData("99 x\r\n", "NIN4374")]
    [InlineData("250-a\r\n251 b\r\n", "NIN4374")]
    [InlineData("250x\r\n", "NIN4374")]
    [InlineData("354 go\r\n", "NIN4374")]
    [InlineData("421 too busy\r\n", "NIN4376")]
    [InlineData("554 go away\r\n", "NIN4377")]
    [InlineData(null, "NIN4370")]
    public async Task A_greeting_that_is_none_ends_it(string? answer, string code)
    {
        await using var server = new NastyServer(NastyServer.Answers(("EHLO", answer)));
        Assert.Equal(code, (await Assert.ThrowsAsync<MailServerException>(() => SmtpSession.OpenAsync(Plainly(server), TimeProvider.System, default))).Code);
    }

    [Fact]
    public async Task An_answer_without_an_end_is_cut_by_lines_and_by_length()
    {
        foreach (var piece in (string[])["250-more\r\n", "x"])
        {
            await using var server = new NastyServer(async (_, stream, ending) =>
            {
                var flood = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(piece, 1_000)));
                while (true) await stream.WriteAsync(flood, ending);
            });
            Assert.Equal("NIN4374", (await Assert.ThrowsAsync<MailServerException>(() => SmtpSession.OpenAsync(Plainly(server), TimeProvider.System, default))).Code);
        }
    }

    [Fact]
    public async Task A_server_that_answers_a_letter_at_a_time_is_left_after_the_limit()
    {
        await using var server = new NastyServer(async (_, stream, ending) =>
        {
            while (true)
            {
                await NastyServer.SendAsync(stream, "2", ending);
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, ending);
            }
        });
        var failed = await Assert.ThrowsAsync<MailServerException>(() => SmtpSession.OpenAsync(Plainly(server) with { Timeout = TimeSpan.FromMilliseconds(200) }, TimeProvider.System, default));
        Assert.Equal("NIN4375", failed.Code);
    }

    [Fact]
    public async Task A_server_that_never_finishes_TLS_is_left_after_the_limit()
    {
        await using var server = new NastyServer(NastyServer.Answers(("EHLO", "250-nasty\r\n250 STARTTLS\r\n"), ("STARTTLS", "220 go\r\n"), ("", "")));
        var failed = await Assert.ThrowsAsync<MailServerException>(() => SmtpSession.OpenAsync(Plainly(server) with { Tls = MailTls.StartTls, Timeout = TimeSpan.FromMilliseconds(300) }, TimeProvider.System, default));
        Assert.Equal("NIN4375", failed.Code);
    }

    [Theory]
    [InlineData("MAIL", "451 later\r\n", "NIN4376", false)]
    [InlineData("RCPT", "550 <Alice@example.org> unknown\r\n", "NIN4377", true)]
    [InlineData("DATA", "452 full\r\n", "NIN4376", false)]
    [InlineData(".", "554 looks like spam\r\n", "NIN4377", true)]
    [InlineData(".", "451 try again\r\n", "NIN4376", false)]
    public async Task A_no_for_now_and_a_no_for_good_are_told_apart_at_each_step(string verb, string answer, string code, bool forGood)
    {
        await using var server = new NastyServer(NastyServer.Answers([(verb, answer), .. Good]));
        await using var session = await SmtpSession.OpenAsync(Plainly(server), TimeProvider.System, default);
        var outcome = await session.SendAsync(Message, default);
        var (said, reason) = outcome switch
        {
            MailOutcome.Rejected rejected => (rejected.Code, rejected.Reason),
            MailOutcome.Deferred deferred => (deferred.Code, deferred.Reason),
            _ => ("", ""),
        };
        Assert.Equal((code, forGood), (said, outcome is MailOutcome.Rejected));
        Assert.DoesNotContain("alice@", reason, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("DATA", null, "NIN4370")]
    [InlineData(".", null, "NIN4370")]
    [InlineData(".", "354 more\r\n", "NIN4374")]
    [InlineData("DATA", "250 what\r\n", "NIN4374")]
    [InlineData("MAIL", "421 going down\r\n", "NIN4376")]
    [InlineData("RCPT", "530 log in\r\n", "NIN4373")]
    public async Task A_server_that_goes_away_in_the_middle_is_not_a_mail_that_was_taken(string verb, string? answer, string code)
    {
        await using var server = new NastyServer(NastyServer.Answers([(verb, answer), .. Good]));
        await using var session = await SmtpSession.OpenAsync(Plainly(server), TimeProvider.System, default);
        Assert.Equal(code, (await Assert.ThrowsAsync<MailServerException>(() => session.SendAsync(Message, default))).Code);
    }

    [Fact]
    public async Task A_server_that_repeats_the_password_does_not_bring_it_into_a_message()
    {
        await using var server = new NastyServer(NastyServer.Answers([("AUTH LOGIN", "334 VXNlcm5hbWU6\r\n"), ("dQ==", "334 UGFzc3dvcmQ6\r\n"), ("Z2Vo", "535 geheim Z2VoZWlt is wrong\r\n"), ("EHLO", "250-nasty\r\n250 AUTH LOGIN\r\n")]));
        var refused = await Assert.ThrowsAsync<MailServerException>(() => SmtpSession.OpenAsync(Plainly(server) with { User = "u", Password = "geheim" }, TimeProvider.System, default));
        Assert.Equal("NIN4373", refused.Code);
        Assert.DoesNotContain("geheim", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Z2VoZWlt", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_beyond_ASCII_is_not_sent_to_a_server_that_does_not_take_it()
    {
        await using var server = new NastyServer(NastyServer.Answers(Good));
        await using var session = await SmtpSession.OpenAsync(Plainly(server), TimeProvider.System, default);
        Assert.Equal("NIN4378", Assert.IsType<MailOutcome.Rejected>(await session.SendAsync(Message with { To = MailAddress.Parse("jürgen@example.org") }, default)).Code);
    }

    private static MailServer Plainly(NastyServer server) => new() { Host = "127.0.0.1", Port = server.Port, Tls = MailTls.Off, Timeout = TimeSpan.FromSeconds(10) };
}
