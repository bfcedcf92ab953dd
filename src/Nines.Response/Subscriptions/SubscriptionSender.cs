using System.Collections.Immutable;
using Nines.Response.Mail;
using Nines.Response.Notices;
using Nines.Response.StatusPage;
using NodaTime;

namespace Nines.Response.Subscriptions;

/// <summary>
/// Asks those who want to subscribe whether they do, and tells those who did what the status page says: at least once, in order, never what
/// was taken before. When the process dies between a delivery and its record, it is sent again under the same Message-ID or event id.
/// </summary>
/// <remarks>One loop decides; mails go over one connection at a time, webhooks a few at once. A delivery under way is in <see cref="busy"/> and decided on by nobody else.</remarks>
public sealed class SubscriptionSender : IDisposable
{
    private const int MailsAtOnce = 50, PostsAtOnce = 8;

    private readonly SubscriptionBook book;
    private readonly Func<PageContent?> content;
    private readonly Func<MailSender?> mail;
    private readonly SubscriptionOptions options;
    private readonly TimeProvider time;
    private readonly Action<string> say;
    private readonly SubscriberPost post;
    private readonly Dictionary<string, Task> busy = new(StringComparer.Ordinal);
    private readonly Queue<Instant> sent = new();
    private readonly HashSet<string> idle = new(StringComparer.Ordinal); // those for whom there is nothing in what was looked at last
    private PageContent? lookedAt;
    private ImmutableArray<PageEvent> news = [];
    private Task? mailing;
    private Instant mailAgain = Instant.MinValue;
    private int mailFailures;
    private Instant lastTaken = Instant.MinValue; // of any mail

    /// <param name="content">What the page says now; null while nothing is known.</param>
    /// <param name="mail">As the config has it now; null when there is no mail server.</param>
    /// <param name="say">Takes what an operator should know, in one line without addresses.</param>
    public SubscriptionSender(SubscriptionBook book, Func<PageContent?> content, Func<MailSender?> mail, SubscriptionOptions options, TimeProvider time, Action<string> say)
    {
        (this.book, this.content, this.mail, this.options, this.time, this.say) = (book, content, mail, options, time, say);
        post = new SubscriberPost(options, time);
    }

    /// <summary>Runs until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            while (!stopping.IsCancellationRequested)
            {
                try
                {
                    await StepAsync(stopping);
                }
                catch (IOException broken)
                {
                    say($"subscriptions: {broken.Message}; trying again in {options.LookEvery.TotalSeconds:0.###} s");
                }
                await Task.Delay(options.LookEvery, time, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Asked to stop: what is under way was cancelled and is tried again at the next start.
        }
        finally
        {
            foreach (var running in busy.Values.Append(mailing).OfType<Task>()) await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose() => post.Dispose();

    private async Task StepAsync(CancellationToken stopping)
    {
        foreach (var (id, task) in busy.Where(one => one.Value.IsCompleted).ToList())
        {
            busy.Remove(id);
            await task; // an error of ours ends the loop, and is told
        }
        if (mailing is { IsCompleted: true } done)
        {
            mailing = null;
            await done;
        }
        if (content() is not { } now) return;
        var work = WorkOf(now);
        foreach (var one in work.Where(one => one.Subscription.Kind == SubscriptionKind.Webhook).Take(Math.Max(0, PostsAtOnce - busy.Count)))
            busy[one.Subscription.Id] = PostAsync(one, now.Options, stopping);
        if (mailing is null && Now >= mailAgain && mail() is { } sender && Room(sender) is > 0 and var room)
        {
            var mails = work.Where(one => one.Subscription.Kind == SubscriptionKind.Email).Take(Math.Min(room, MailsAtOnce)).ToList();
            if (mails.Count > 0) mailing = MailAsync(mails, now.Options, sender, stopping);
        }
    }

    /// <summary>What is to be done now: news first, those who wait longest before the others, then who is to be asked whether they want it.</summary>
    private List<Work> WorkOf(PageContent content)
    {
        var now = Now;
        if (!ReferenceEquals(content, lookedAt))
        {
            (lookedAt, news) = (content, PageEvents.Since(content, now - options.NewsFor));
            idle.Clear();
        }
        var work = new List<Work>();
        foreach (var one in book.All())
        {
            if (busy.ContainsKey(one.Id) || now < one.NextAttempt || idle.Contains(one.Id)) continue;
            if (!one.IsConfirmed)
            {
                if (one.InvitedAt is null) work.Add(new Work(one, []));
            }
            else if (Spacing.Due(one, news, options, now) is { Length: > 0 } due) work.Add(new Work(one, due));
            else if (!Spacing.HasUntold(one, news, options, now)) idle.Add(one.Id);
        }
        // A flood of strangers' requests must not hold up what subscribers wait for.
        return [.. work.OrderBy(one => one.News.IsEmpty).ThenBy(one => one.Since)];
    }

    /// <returns>How many mails may be sent at once now.</returns>
    private int Room(MailSender sender)
    {
        var minuteAgo = Now - Duration.FromMinutes(1);
        while (sent.TryPeek(out var at) && at <= minuteAgo) sent.Dequeue();
        return sender.MostPerMinute - sent.Count;
    }

    private async Task MailAsync(List<Work> mails, PageOptions page, MailSender sender, CancellationToken stopping)
    {
        await Task.Yield(); // the loop goes on at once
        Subscription? sending = null;
        try
        {
            await using var session = await SmtpSession.OpenAsync(sender.Server, time, stopping);
            foreach (var work in mails)
            {
                if (MessageOf(work, page, sender) is not { } message) continue;
                sent.Enqueue(Now);
                sending = work.Subscription;
                var outcome = await session.SendAsync(message, stopping);
                sending = null;
                if (outcome is MailOutcome.Accepted) lastTaken = Now;
                Settle(work, outcome switch
                {
                    MailOutcome.Accepted => null,
                    MailOutcome.Deferred later => new Failure($"{later.Code}: {later.Reason}", ForGood: false),
                    MailOutcome.Rejected refused => new Failure($"{refused.Code}: {refused.Reason}", ForGood: true),
                    _ => throw new InvalidOperationException("MailOutcome is a closed hierarchy."),
                });
            }
            mailFailures = 0;
        }
        catch (MailServerException failed)
        {
            // Nobody's address is to blame: all mails wait, and each is tried as often as it takes.
            mailFailures++;
            var wait = options.WaitAfter(mailFailures);
            mailAgain = Now + wait;
            // Should it be this very mail that the server dies of, the others must not wait behind it for ever.
            if (sending is not null) book.Update(sending.Id, one => one with { Failures = one.Failures + 1, NextAttempt = mailAgain + options.WaitAfter(one.Failures + 1) });
            say($"subscriptions: {failed.Code}: {failed.Message} Mails wait; the next attempt is in {wait.TotalSeconds:0} s.");
        }
        catch (IOException full)
        {
            // Nothing is sent whose token could not be kept.
            mailAgain = Now + options.FirstWait;
            say($"subscriptions: {full.Message}; mails wait for {options.FirstWait.TotalSeconds:0} s.");
        }
    }

    /// <returns>Null when nobody wants it any more.</returns>
    private MailMessage? MessageOf(Work work, PageOptions page, MailSender sender)
    {
        var id = work.Subscription.Id;
        if (work.News.IsEmpty) return book.NewConfirmation(id) is { } token ? SubscriberMail.Invitation(page, sender, work.Subscription, token, Now) : null;
        return book.Find(id) is null ? null : SubscriberMail.News(page, sender, work.Subscription, work.News, book.Tokens.LeaveToken(id), Now);
    }

    private async Task PostAsync(Work work, PageOptions page, CancellationToken stopping)
    {
        await Task.Yield();
        try
        {
            if (work.News.IsEmpty)
            {
                var challenged = await post.ChallengeAsync(work.Subscription, page, book.Tokens, stopping);
                if (challenged is PostOutcome.Delivered) book.ConfirmWebhook(work.Subscription.Id);
                else Settle(work, FailureOf(challenged));
                return;
            }
            foreach (var news in work.News)
            {
                if (book.Find(work.Subscription.Id) is null) return; // gone meanwhile
                var outcome = FailureOf(await post.SendAsync(work.Subscription, news, page, book.Tokens, stopping));
                // Each on its own: what was taken is not sent again because the next one was not.
                Settle(work with { News = [news] }, outcome);
                if (outcome is not null) return;
            }
        }
        catch (IOException full)
        {
            say($"subscriptions: {full.Message}");
        }
    }

    private static Failure? FailureOf(PostOutcome outcome) => outcome switch
    {
        PostOutcome.Delivered => null,
        PostOutcome.Failed failed => new Failure(failed.Reason, ForGood: false),
        PostOutcome.Refused refused => new Failure(refused.Reason, ForGood: true, refused.Gone),
        _ => throw new InvalidOperationException("PostOutcome is a closed hierarchy."),
    };

    private void Settle(Work work, Failure? failure)
    {
        var (id, now, asks) = (work.Subscription.Id, Now, work.News.IsEmpty);
        var kept = true;
        if (failure is null)
        {
            kept = book.Update(id, one => asks ? one with { InvitedAt = now, Failures = 0 } : Spacing.After(one, work.News, options, now));
        }
        else if (asks && failure.ForGood)
        {
            book.Delete(id); // somebody mistyped, or does not want it
        }
        else if (failure.Gone)
        {
            End(work.Subscription, failure);
        }
        else
        {
            kept = book.Update(id, one => Failed(one, work, failure, now));
            if (book.Find(id) is { IsConfirmed: true } after && IsHopeless(after, now)) End(after, failure);
        }
        if (!kept) say($"subscriptions: {SubscriptionBook.FileName} cannot be written; what was told is known until the process ends, and is written as soon as that works");
    }

    private void End(Subscription one, Failure failure)
    {
        book.Delete(one.Id);
        say($"subscriptions: one by {(one.Kind == SubscriptionKind.Email ? "e-mail" : "webhook")} has ended and is deleted: {failure.Reason}");
    }

    /// <summary>A server that refuses everybody's mails says nothing of this address.</summary>
    private bool IsHopeless(Subscription one, Instant now) => one.Kind switch
    {
        SubscriptionKind.Email => one.Refusals >= options.MostRefusals && lastTaken > one.FailingSince,
        SubscriptionKind.Webhook => false,
    } || (now - one.FailingSince >= options.GiveUpAfter && one.Failures >= options.LeastFailures && (one.Kind == SubscriptionKind.Webhook || lastTaken > one.FailingSince));

    /// <summary>A mail that was refused for good is not offered again, the next one is. A receiver of webhooks may answer 404 while it is being replaced.</summary>
    private Subscription Failed(Subscription one, Work work, Failure failure, Instant now)
    {
        var dropped = failure.ForGood && one.Kind == SubscriptionKind.Email;
        var next = dropped ? Spacing.After(one, work.News, options, now) : one;
        return next with
        {
            Failures = one.Failures + 1,
            FailingSince = one.FailingSince ?? now,
            Refusals = dropped ? one.Refusals + 1 : 0,
            NextAttempt = now + options.WaitAfter(one.Failures + 1),
        };
    }

    private Instant Now => Instant.FromDateTimeOffset(time.GetUtcNow());

    /// <param name="News">Empty: it is asked whether it wants to be told.</param>
    private sealed record Work(Subscription Subscription, ImmutableArray<PageEvent> News)
    {
        public Instant Since => News.IsEmpty ? Subscription.AskedAt : News[0].At;
    }

    private sealed record Failure(string Reason, bool ForGood, bool Gone = false);
}
