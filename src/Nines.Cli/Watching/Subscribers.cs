using Nines.Cli.Config;
using Nines.Response.StatusPage;
using Nines.Response.Subscriptions;
using Nines.Web.StatusPage;

namespace Nines.Cli.Watching;

/// <summary>Who subscribed to the status page: taken at the desk, told by the loop. Neither touches the watch.</summary>
internal sealed class Subscribers : IDisposable
{
    private readonly SubscriptionBook book;
    private readonly SubscriptionSender sender;
    private PageContent? content;

    private Subscribers(SubscriptionBook book, SubscriptionSettings settings, Func<LoadedConfig?> now, TimeProvider time, Action<string> say)
    {
        this.book = book;
        MailSender? Mail() => now()?.Mail is { } mail ? new MailSender(mail.Server, mail.From, mail.ReplyTo, mail.Written.MostPerMinute) : null;
        sender = new SubscriptionSender(book, () => Volatile.Read(ref content), Mail, settings.Options, time, say);
        Desk = new SubscriptionDesk(book, () => now()?.Mail is not null, settings.Written.Webhooks, settings.Proxies);
    }

    public SubscriptionDesk Desk { get; }

    /// <returns>Null when the config wants none, or the file of subscribers cannot be opened: the watch and the page go on without.</returns>
    /// <param name="now">The config as it is now; null while the watch starts.</param>
    public static Subscribers? Open(LoadedConfig config, Func<LoadedConfig?> now, TimeProvider time, Action<string> say)
    {
        if (config.Subscriptions is not { } settings) return null;
        try
        {
            return new Subscribers(SubscriptionBook.Open(config.DataFolder, settings.Options, time), settings, now, time, say);
        }
        catch (IOException broken)
        {
            say($"Nobody can subscribe, and no subscriber is told: {broken.Message} Put the file right, or move it away, and restart.");
            return null;
        }
    }

    /// <summary>What the page says now.</summary>
    public void Tell(PageContent page) => Volatile.Write(ref content, page);

    public Task RunAsync(CancellationToken stopping) => sender.RunAsync(stopping);

    public void Dispose()
    {
        sender.Dispose();
        book.Dispose();
    }
}
