namespace Nines.Backbone.Tests;

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("nines-").FullName;
    public string Database => System.IO.Path.Combine(Path, "nines.db");
    public void Dispose() => Directory.Delete(Path, recursive: true);
}
