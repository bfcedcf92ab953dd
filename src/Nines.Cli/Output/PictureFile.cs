using System.Text;

namespace Nines.Cli.Output;

/// <summary>Writes a picture where the user wants it: whole or not at all.</summary>
internal static class PictureFile
{
    /// <exception cref="Fault">NIN4016: it cannot be written.</exception>
    public static async Task WriteAsync(string file, string svg, CancellationToken cancellation)
    {
        var part = $"{file}.part-{Environment.ProcessId}";
        try
        {
            await File.WriteAllTextAsync(part, svg, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), cancellation);
            File.Move(part, file, overwrite: true);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            // Deletes nothing that is not there, and what cannot be written can mostly not be left behind either.
            if (File.Exists(part)) File.Delete(part);
            throw new Fault("NIN4016", ExitCode.OutOfReach, $"{file}: the picture cannot be written ({refused.Message}). Name a file in a folder that you can write.");
        }
    }
}
