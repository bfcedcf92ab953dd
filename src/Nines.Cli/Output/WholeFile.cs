using System.Text;

namespace Nines.Cli.Output;

/// <summary>Writes a picture or a report where the user wants it: whole or not at all. One that is there is replaced.</summary>
internal static class WholeFile
{
    /// <param name="code">Of the fault, when it cannot be written.</param>
    /// <param name="what">With its article, for the fault.</param>
    /// <exception cref="Fault">It cannot be written.</exception>
    public static async Task WriteAsync(string file, string text, string code, string what, CancellationToken cancellation)
    {
        var part = $"{file}.part-{Environment.ProcessId}";
        try
        {
            await File.WriteAllTextAsync(part, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), cancellation);
            File.Move(part, file, overwrite: true);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            // Deletes nothing that is not there, and what cannot be written can mostly not be left behind either.
            if (File.Exists(part)) File.Delete(part);
            throw new Fault(code, ExitCode.OutOfReach, $"{file}: {what} cannot be written ({refused.Message}). Name a file in a folder that you can write.");
        }
    }
}
