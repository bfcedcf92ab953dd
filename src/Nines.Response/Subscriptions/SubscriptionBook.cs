using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Nines.Backbone.Embedded;
using Nines.Core.Network;
using Nines.Response.Mail;
using NodaTime;

namespace Nines.Response.Subscriptions;

/// <summary>What is said to somebody who asks for a subscription. Nothing in it tells whether an address is known.</summary>
public enum AskAnswer
{
    /// <summary>If the address is one, it is asked whether it wants this.</summary>
    Taken,

    NotAnAddress,
    NoSuchComponent,

    TooOften,

    /// <summary>There is no room for anybody.</summary>
    Full,
}

/// <summary>
/// Who subscribed, in memory and in <c>subscriptions.db</c> of the data folder, which only its owner may read. Who leaves is deleted, and
/// nothing of this is ever in the journal. Safe for concurrent use.
/// </summary>
public sealed class SubscriptionBook : IDisposable
{
    public const string FileName = "subscriptions.db";

    private const string KeyRecord = "key", Prefix = "subscription/";
    private const int LongestUrl = 500, LowestFreePort = 1_024;

    private readonly Lock gate = new();
    private readonly RecordFile file;
    private readonly byte[] key;
    private readonly SubscriptionOptions options;
    private readonly TimeProvider time;
    private readonly Dictionary<string, Subscription> byId = new(StringComparer.Ordinal);
    private readonly HashSet<string> unsaved = new(StringComparer.Ordinal);
    private readonly CallerLimit callers;

    private SubscriptionBook(RecordFile file, byte[] key, SubscriptionOptions options, TimeProvider time)
    {
        (this.file, this.key, this.options, this.time, Tokens) = (file, key, options, time, new SubscriptionTokens(key));
        callers = new CallerLimit(options.MostPerCaller, Duration.FromHours(1));
    }

    internal SubscriptionTokens Tokens { get; }

    /// <summary>Confirmed ones and others.</summary>
    public (int Confirmed, int Pending) Count
    {
        get
        {
            lock (gate) return (byId.Values.Count(one => one.IsConfirmed), byId.Values.Count(one => !one.IsConfirmed));
        }
    }

    /// <exception cref="IOException">The file cannot be opened, or holds something else.</exception>
    public static SubscriptionBook Open(string dataFolder, SubscriptionOptions options, TimeProvider time)
    {
        var path = Path.Combine(dataFolder, FileName);
        var file = RecordFile.Open(path);
        try
        {
            var records = file.All();
            var key = records.FirstOrDefault(record => record.Key == KeyRecord).Value;
            if (key is null)
            {
                key = RandomNumberGenerator.GetBytes(SubscriptionTokens.KeyOctets);
                file.Commit(new KeyValuePair<string, byte[]?>(KeyRecord, key));
            }
            var book = new SubscriptionBook(file, key, options, time);
            foreach (var record in records.Where(record => record.Key.StartsWith(Prefix, StringComparison.Ordinal)))
            {
                var one = Subscription.Read(record.Value);
                book.byId[one.Id] = one;
            }
            return book;
        }
        catch (JsonException wrong)
        {
            file.Dispose();
            throw new IOException($"{path} holds a subscription that cannot be read: {wrong.Message}", wrong);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Whether a folder's file can be used.</summary>
    public static bool IsWhole(string dataFolder)
    {
        try
        {
            using var file = RecordFile.Open(Path.Combine(dataFolder, FileName));
            var records = file.All();
            foreach (var record in records.Where(record => record.Key.StartsWith(Prefix, StringComparison.Ordinal))) _ = Subscription.Read(record.Value);
            return records.Any(record => record.Key == KeyRecord);
        }
        catch (Exception unusable) when (unusable is JsonException or IOException)
        {
            return false;
        }
    }

    /// <summary>Somebody asks for a subscription. Whoever has the address is asked next, and nothing else happens before they say yes.</summary>
    /// <param name="components">Ids of public components; empty for all.</param>
    /// <param name="known">All ids that there are.</param>
    /// <exception cref="IOException">It could not be kept.</exception>
    public AskAnswer Ask(SubscriptionKind kind, string address, ImmutableArray<string> components, IReadOnlySet<string> known, IPAddress caller)
    {
        if (Normal(kind, address) is not { } normal) return AskAnswer.NotAnAddress;
        if (components.Any(id => !known.Contains(id))) return AskAnswer.NoSuchComponent;
        lock (gate)
        {
            var now = Now;
            if (!callers.Take(caller, now)) return AskAnswer.TooOften;
            Sweep(now);
            var place = Subscription.KeyOf(kind, normal);
            var pending = byId.Values.FirstOrDefault(one => !one.IsConfirmed && one.Key == place);
            if (pending is not null)
            {
                // Whatever comes of it, the answer is the same: it must not tell that somebody has asked before.
                if (pending.Invitations >= options.MostInvitations || now < pending.AskedAt + options.InviteAgainAfter * pending.Invitations) return TakenAsIfNew();
                Keep(pending with { Components = Sorted(components), InvitedAt = null, Invitations = pending.Invitations + 1, NextAttempt = now, Failures = 0 });
                return AskAnswer.Taken;
            }
            if (byId.Count >= options.Most || byId.Values.Count(one => !one.IsConfirmed) >= options.MostPending) return AskAnswer.Full;
            if (kind == SubscriptionKind.Webhook && byId.Values.Count(one => one.Kind == kind && new Uri(one.Address).IdnHost == new Uri(normal).IdnHost) >= options.MostPerHost) return TakenAsIfNew();
            Keep(new Subscription { Id = SubscriptionTokens.NewId(), Kind = kind, Address = normal, Components = Sorted(components), AskedAt = now });
            return AskAnswer.Taken;
        }
    }

    /// <summary>Whether the token would confirm something, without doing it.</summary>
    public bool CanConfirm(string token)
    {
        lock (gate) return Confirmable(token, Now) is not null;
    }

    /// <returns>False when nobody was asked with this token, or too long ago. Doing it twice is as good as once.</returns>
    /// <exception cref="IOException">It could not be kept.</exception>
    public bool Confirm(string token)
    {
        lock (gate)
        {
            var now = Now;
            if (Confirmable(token, now) is not { } found) return false;
            if (!found.IsConfirmed) Confirmed(found, now);
            return true;
        }
    }

    /// <summary>Whether we made the token, be the subscription still there or not.</summary>
    public bool CanLeave(string token) => Tokens.IdToLeave(token) is not null;

    /// <summary>Deletes a subscription.</summary>
    /// <returns>False for a token that we never made; true too when it was deleted before.</returns>
    /// <exception cref="IOException">It could not be deleted.</exception>
    public bool Leave(string token)
    {
        if (Tokens.IdToLeave(token) is not { } id) return false;
        Delete(id);
        return true;
    }

    /// <summary>A webhook answered with its challenge.</summary>
    internal void ConfirmWebhook(string id)
    {
        lock (gate)
            if (byId.TryGetValue(id, out var one) && !one.IsConfirmed) Confirmed(one, Now);
    }

    /// <summary>A token for the mail that is about to be sent; it is known before the mail is on its way.</summary>
    internal string? NewConfirmation(string id)
    {
        lock (gate)
        {
            if (!byId.TryGetValue(id, out var one) || one.IsConfirmed) return null;
            var (token, hash) = SubscriptionTokens.NewConfirmation();
            // An earlier mail may have arrived although nobody said so: its token holds as well.
            Keep(one with { Confirmations = [.. one.Confirmations.TakeLast(options.MostInvitations), hash] });
            return token;
        }
    }

    /// <returns>Null when it is gone.</returns>
    internal Subscription? Find(string id)
    {
        lock (gate) return byId.GetValueOrDefault(id);
    }

    internal ImmutableArray<Subscription> All()
    {
        lock (gate)
        {
            Sweep(Now);
            SaveRest();
            return [.. byId.Values];
        }
    }

    /// <summary>Changes a subscription unless it is gone. What cannot be written now is known in memory and written later: it was told, and must not be told again.</summary>
    /// <returns>False when it could not be written yet.</returns>
    internal bool Update(string id, Func<Subscription, Subscription> change)
    {
        lock (gate)
        {
            if (!byId.TryGetValue(id, out var one)) return true;
            byId[id] = change(one);
            unsaved.Add(id);
            try
            {
                SaveRest();
                return true;
            }
            catch (IOException)
            {
                return false;
            }
        }
    }

    internal void Delete(string id)
    {
        lock (gate)
        {
            if (!byId.ContainsKey(id)) return;
            file.Commit(new KeyValuePair<string, byte[]?>(Prefix + id, null));
            byId.Remove(id);
            unsaved.Remove(id);
        }
    }

    public void Dispose() => file.Dispose();

    /// <summary>A write all the same: how long an answer takes must not tell what it does not say.</summary>
    private AskAnswer TakenAsIfNew()
    {
        file.Commit(new KeyValuePair<string, byte[]?>(KeyRecord, key));
        return AskAnswer.Taken;
    }

    private Instant Now => Instant.FromDateTimeOffset(time.GetUtcNow());

    private static ImmutableArray<string> Sorted(ImmutableArray<string> components) => [.. components.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    private string? Normal(SubscriptionKind kind, string address) => kind switch
    {
        SubscriptionKind.Email => MailAddress.TryParse(address, out var mail) && mail.Name is null && !mail.Domain.StartsWith('[') ? mail.Mailbox : null,
        SubscriptionKind.Webhook => WebAddress(address),
    };

    /// <summary>Low ports are other services', which must not be made to read our requests.</summary>
    private string? WebAddress(string address)
    {
        if (address.Length > LongestUrl || !Uri.TryCreate(address.Trim(), UriKind.Absolute, out var url) || url.Scheme is not ("https" or "http")) return null;
        if (url.UserInfo.Length > 0 || url.Fragment.Length > 0 || (url.Port is not (80 or 443) && url.Port < LowestFreePort)) return null;
        // An address in digits is judged at once; what a name leads to when it is connected to.
        if (IPAddress.TryParse(url.IdnHost.Trim('[', ']'), out var literal) && !options.Webhooks.Allows(literal.GetAddressBytes())) return null;
        return url.AbsoluteUri.Length <= LongestUrl ? url.AbsoluteUri : null;
    }

    private Subscription? Confirmable(string token, Instant now)
    {
        if (token.Length is 0 or > 100) return null;
        var hash = SubscriptionTokens.HashOf(token);
        return byId.Values.FirstOrDefault(one => one.Confirmations.Contains(hash) && now < one.AskedAt + options.PendingFor);
    }

    /// <summary>One address has one subscription: a newer one, with other components maybe, takes its place.</summary>
    private void Confirmed(Subscription one, Instant now)
    {
        var before = byId.Values.Where(other => other.IsConfirmed && other.Key == one.Key).ToList();
        var told = before.Count > 0 ? before[0].Told : ImmutableSortedDictionary<string, Instant>.Empty;
        var next = one with { ConfirmedAt = now, Told = told, Failures = 0, FailingSince = null, NextAttempt = Instant.MinValue };
        file.Commit([new(Prefix + one.Id, next.ToBytes()), .. before.Select(other => new KeyValuePair<string, byte[]?>(Prefix + other.Id, null))]);
        foreach (var other in before) byId.Remove(other.Id);
        byId[one.Id] = next;
    }

    private void Keep(Subscription one)
    {
        file.Commit(new KeyValuePair<string, byte[]?>(Prefix + one.Id, one.ToBytes()));
        byId[one.Id] = one;
    }

    private void SaveRest()
    {
        if (unsaved.Count == 0) return;
        file.Commit([.. unsaved.Select(id => new KeyValuePair<string, byte[]?>(Prefix + id, byId[id].ToBytes()))]);
        unsaved.Clear();
    }

    private void Sweep(Instant now)
    {
        var over = byId.Values.Where(one => !one.IsConfirmed && now >= one.AskedAt + options.PendingFor).ToList();
        if (over.Count == 0) return;
        file.Commit([.. over.Select(one => new KeyValuePair<string, byte[]?>(Prefix + one.Id, null))]);
        foreach (var one in over)
        {
            byId.Remove(one.Id);
            unsaved.Remove(one.Id);
        }
    }
}

/// <summary>So many in so long from one caller. In memory: a restart forgives.</summary>
internal sealed class CallerLimit(int most, Duration within)
{
    private const int MostCallers = 10_000;
    private readonly Dictionary<string, (Instant Since, int Count)> seen = new(StringComparer.Ordinal);

    public bool Take(IPAddress caller, Instant now)
    {
        var octets = caller.IsIPv4MappedToIPv6 ? caller.MapToIPv4().GetAddressBytes() : caller.GetAddressBytes();
        // Whoever has one address of IPv6 has the 2^64 of its network.
        var key = Convert.ToHexString(octets.Length == 4 ? octets : octets.AsSpan(0, 8));
        if (!seen.TryGetValue(key, out var found) || now >= found.Since + within) found = (now, 0);
        if (found.Count >= most) return false;
        if (seen.Count >= MostCallers)
            foreach (var old in seen.Where(one => now >= one.Value.Since + within).Select(one => one.Key).ToList()) seen.Remove(old);
        if (seen.Count >= MostCallers && !seen.ContainsKey(key)) return false; // that many within the hour is a flood
        seen[key] = (found.Since, found.Count + 1);
        return true;
    }
}
