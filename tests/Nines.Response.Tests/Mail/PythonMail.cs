using System.Diagnostics;
using System.Text.Json;

namespace Nines.Response.Tests.Mail;

/// <summary>Reads mails with Python's email package: a parser that is not ours.</summary>
internal static class PythonMail
{
    private const string Script = """
        import sys, json, base64, email, email.policy
        for line in sys.stdin:
            raw = base64.b64decode(line)
            m = email.message_from_bytes(raw, policy=email.policy.default)
            defects = [repr(d) for d in m.defects]
            for p in m.walk():
                defects += [repr(d) for d in p.defects]
                for k, v in p.items():
                    defects += [k + ": " + repr(d) for d in getattr(v, "defects", [])]
            text, html = m.get_body(("plain",)), m.get_body(("html",))
            print(json.dumps({
                "Headers": {k: str(v) for k, v in m.items()},
                "Count": len(m.keys()),
                "ToName": m["To"].addresses[0].display_name if m["To"] else "",
                "ToAddress": m["To"].addresses[0].addr_spec if m["To"] else "",
                "Text": text.get_content() if text else None,
                "Html": html.get_content() if html else None,
                "Defects": defects,
                "Longest": max(len(l) for l in raw.split(b"\n")),
            }))
        """;

    public sealed record Read(Dictionary<string, string> Headers, int Count, string ToName, string ToAddress, string? Text, string? Html, string[] Defects, int Longest);

    public static bool IsMissing => !File.Exists("/usr/bin/python3");

    public static async Task<IReadOnlyList<Read>> ReadAsync(IReadOnlyList<byte[]> mails)
    {
        using var python = Process.Start(new ProcessStartInfo("/usr/bin/python3", ["-c", Script]) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false })!;
        var reading = python.StandardOutput.ReadToEndAsync();
        foreach (var mail in mails) await python.StandardInput.WriteLineAsync(Convert.ToBase64String(mail));
        python.StandardInput.Close();
        var lines = (await reading).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await python.WaitForExitAsync();
        Assert.Equal(mails.Count, lines.Length);
        return [.. lines.Select(line => JsonSerializer.Deserialize<Read>(line)!)];
    }
}
