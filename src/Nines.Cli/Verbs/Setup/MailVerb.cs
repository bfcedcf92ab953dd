using System.CommandLine;
using System.Globalization;
using Nines.Cli.Config;
using Nines.Cli.Output;
using Nines.Response.Mail;
using NodaTime;

namespace Nines.Cli.Verbs.Setup;

/// <summary><c>nines mail test</c>: one mail through the server of the config, now, with all that goes wrong.</summary>
internal static class MailVerb
{
    public static Command Create(TimeProvider time, Screen screen)
    {
        var file = ConfigOption.Create();
        var output = OutputOption.Create();
        var address = new Argument<string>("address") { Description = "Whom to send it to", HelpName = "ADDRESS" };
        var test = new Command("test", "Send one mail through the config's mail server") { address, file, output };
        test.SetAction(async (parsed, cancellation) =>
        {
            if (ConfigOption.Load(await ConfigOption.ReadAsync(parsed.GetValue(file)!, new ConfigSurroundings(), time, cancellation), screen, out var refused) is not { } config) return (int)refused;
            if (config.Mail is not { } mail) throw new Fault("NIN4379", ExitCode.CalledWrong, $"{parsed.GetValue(file)} has no 'mail': it says which server takes mails. Write mail: {{server: smtp://user@host, from: status@example.org}}.");
            if (!MailAddress.TryParse(parsed.GetValue(address)!, out var to)) throw new Fault("NIN4379", ExitCode.CalledWrong, "ADDRESS is not an e-mail address. Write alice@example.org.");
            var began = time.GetTimestamp();
            var answer = await SendAsync(mail, to, time, cancellation);
            var took = time.GetElapsedTime(began).TotalSeconds;
            ResultWriter.Write(
                Result.Of(
                    new { Schema = "nines.mail_test/1", Server = mail.Server.ToString(), Tls = TlsWord(mail.Server.Tls), From = mail.From.Mailbox, To = to.Mailbox, Answer = answer, Seconds = Math.Round(took, 3) }, "mails", null,
                    string.Create(CultureInfo.InvariantCulture, $"{mail.Server} took it in {took:0.###} s ({TlsWord(mail.Server.Tls)}): {answer}. Whether it arrives is for the servers after it to decide: look into the mailbox.")),
                OutputOption.Read(parsed, output), screen);
            return (int)ExitCode.Done;
        });
        return new Command("mail", "Try the mail server of the config") { test };
    }

    private static async Task<string> SendAsync(MailSettings mail, MailAddress to, TimeProvider time, CancellationToken cancellation)
    {
        var message = new MailMessage
        {
            From = mail.From,
            To = to,
            ReplyTo = mail.ReplyTo,
            Subject = "Nines: a test",
            Text = "This mail was sent by `nines mail test`. The mail server of the config works.\n",
            Id = $"test-{Guid.NewGuid():N}",
            Date = Instant.FromDateTimeOffset(time.GetUtcNow()),
        };
        try
        {
            await using var session = await SmtpSession.OpenAsync(mail.Server, time, cancellation);
            return await session.SendAsync(message, cancellation) switch
            {
                MailOutcome.Accepted taken => taken.Answer,
                MailOutcome.Deferred later => throw new Fault(later.Code, ExitCode.OutOfReach, $"{mail.Server}: {later.Reason}. It may work later."),
                MailOutcome.Rejected refused => throw new Fault(refused.Code, ExitCode.SomethingIsWrong, $"{mail.Server}: {refused.Reason}. It will not work, however often it is tried."),
                _ => throw new InvalidOperationException("MailOutcome is a closed hierarchy."),
            };
        }
        catch (MailServerException failed)
        {
            throw new Fault(failed.Code, ExitCode.OutOfReach, $"{failed.Message} Look at 'mail' in the config.");
        }
    }

    private static string TlsWord(MailTls tls) => tls switch
    {
        MailTls.StartTls => "STARTTLS",
        MailTls.Implicit => "TLS",
        MailTls.Off => "no TLS",
    };
}
