using System.Text;
using System.Text.Json;
using Nines.Cli.Config;
using Nines.Ledger.Documents;
using Nines.Reports.Periods;
using Nines.Response.Notices;
using NodaTime;

namespace Nines.Cli.Watching.Reports;

/// <summary>How a delivery ended.</summary>
/// <param name="Note">What the receiver was not given, in one sentence; null where it was given all.</param>
internal sealed record Delivery(PostOutcome Outcome, string? Note = null);

/// <summary>Takes a report where it is to go: into a file, whole or not at all, or to a webhook as a CloudEvent, signed when there is a secret.</summary>
internal sealed class ReportCourier(NoticeOptions options, TimeProvider time) : IDisposable
{
    private readonly SignedPost post = new(options, time);

    public async Task<Delivery> DeliverAsync(ScheduledReport order, ReportPeriod period, PrintedReport printed, Instant due, CancellationToken stopping)
    {
        if (order.Webhook is not { } address) return new Delivery(await ToFileAsync(order.File!.Replace(ScheduledReport.PeriodHole, period.Name, StringComparison.Ordinal), printed.Text, stopping));
        var data = new ReportEventData(order.Name, period.Name, printed.Position, printed.MediaType, printed.Text, null);
        var (body, note) = (Event(order, period, data, due), (string?)null);
        if (body.Length > order.MostKib * 1024)
        {
            note = $"NIN4296: with the report the event has {Kib(body.Length)} KiB, above most_kib ({order.MostKib}): its figures, and where it is, were sent instead";
            body = Event(order, period, data with { Content = null, LeftOut = LeftOut(order, period, printed, body.Length) }, due);
        }
        return new Delivery(await post.SendAsync(address, "application/cloudevents+json", body, order.Secret, stopping), note);
    }

    public void Dispose() => post.Dispose();

    /// <summary>The same report and period always give the same event id.</summary>
    private byte[] Event(ScheduledReport order, ReportPeriod period, ReportEventData data, Instant due) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        Specversion = "1.0",
        Id = $"report/{order.Name}/{period.Name}",
        options.Source,
        Type = "nines.report",
        Subject = order.Name,
        Time = due,
        Datacontenttype = "application/json",
        Data = data,
    }, DocumentJson.Options);

    /// <summary>Where a report is that was too large to be sent: the API of the watch and the command line make the same one.</summary>
    private static LeftOutOfEvent LeftOut(ScheduledReport order, ReportPeriod period, PrintedReport printed, int octets)
    {
        var (zone, only) = (order.Schedule.Zone.Id, order.Only?.Select(id => id.Value).ToList() ?? []);
        var (path, command) = (new StringBuilder($"/api/v1/reports/period?period={Uri.EscapeDataString(period.Name)}"), new StringBuilder($"nines report monthly --period {period.Name} --as-of {printed.Position}"));
        if (order.Format is ReportFormat.Html or ReportFormat.Markdown) path.Append("&format=").Append(order.Format == ReportFormat.Html ? "html" : "markdown");
        if (zone != "UTC")
        {
            path.Append("&zone=").Append(Uri.EscapeDataString(zone));
            command.Append(" --zone ").Append(zone);
        }
        if (order.Policy is { } policy)
        {
            path.Append("&policy=").Append(Uri.EscapeDataString(policy));
            command.Append(" --policy ").Append(policy);
        }
        foreach (var id in only)
        {
            path.Append("&component=").Append(Uri.EscapeDataString(id));
            command.Append(" --component ").Append(id);
        }
        var form = order.Format.ToString().ToLowerInvariant();
        return new LeftOutOfEvent("NIN4296", Kib(octets), order.MostKib, printed.Said.AvailabilityText, printed.Said.LossText, only.Count <= MostNamed ? path.ToString() : null, only.Count <= MostNamed ? command.Append(" -o ").Append(form).ToString() : $"nines report send {order.Name} --period {period.Name}");
    }

    /// <summary>Components that a path or a command names: with more of them it would be long itself.</summary>
    private const int MostNamed = 20;

    private static int Kib(int octets) => (octets + 1023) / 1024;

    private static async Task<PostOutcome> ToFileAsync(string path, string text, CancellationToken stopping)
    {
        var part = $"{path}.part-{Environment.ProcessId}";
        try
        {
            if (Path.GetDirectoryName(path) is { Length: > 0 } folder) Directory.CreateDirectory(folder);
            await using (var stream = new FileStream(part, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                await stream.WriteAsync(Encoding.UTF8.GetBytes(text), stopping);
                stream.Flush(flushToDisk: true);
            }
            File.Move(part, path, overwrite: true);
            return new PostOutcome.Delivered();
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            if (File.Exists(part)) File.Delete(part);
            // A full disk may have room again; its message holds the path, which is no secret.
            return new PostOutcome.Failed($"NIN4290: {Path.GetFileName(path)} cannot be written ({refused.GetType().Name})", null);
        }
    }

    /// <param name="Content">The report; null where it was left out.</param>
    private sealed record ReportEventData(string Report, string Period, long AsOfPosition, string MediaType, string? Content, LeftOutOfEvent? LeftOut);

    /// <param name="Kib">What the event would have had.</param>
    /// <param name="Path">Of the API of the watch; null where it would be long itself.</param>
    private sealed record LeftOutOfEvent(string Code, int Kib, int MostKib, string? Availability, string? Loss, string? Path, string Command);
}
