namespace Nines.EndToEnd.Tests;

internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("nines-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
