using System.Text;
using Nines.Response.StatusPage.Forms;
using Nines.Web.StatusPage;

namespace Nines.Web.Tests.StatusPage;

public sealed class PageExportTests : IDisposable
{
    private readonly string outside = Directory.CreateTempSubdirectory("nines-export-").FullName;

    private string Folder => Path.Combine(outside, "public");

    public void Dispose() => Directory.Delete(outside, recursive: true);

    private static PageFile File(string path, string text) => new(path, "text/plain", Encoding.UTF8.GetBytes(text));

    private string Read(string path) => System.IO.File.ReadAllText(Path.Combine(Folder, path));

    [Fact]
    public async Task The_tree_is_written_as_it_is_served_and_again_only_where_it_changed()
    {
        var files = await Pages.RenderAsync(Pages.Eventful().Page(800));
        Assert.Equal((files.Length, 0), PageExport.Write(Folder, files));
        foreach (var file in files) Assert.Equal(file.Bytes, await System.IO.File.ReadAllBytesAsync(Path.Combine(Folder, file.Path)));
        Assert.Equal((0, 0), PageExport.Write(Folder, files));
        Assert.DoesNotContain(Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories), file => file.EndsWith(".new", StringComparison.Ordinal));
    }

    [Fact]
    public void Files_of_ours_that_are_no_more_are_taken_away_and_what_others_put_there_stays()
    {
        PageExport.Write(Folder, [File("index.html", "1"), File("incidents/a.html", "a")]);
        System.IO.File.WriteAllText(Path.Combine(Folder, "CNAME"), "status.example.org");
        System.IO.File.WriteAllText(Path.Combine(Folder, "incidents", "theirs.html"), "x");
        Assert.Equal((1, 1), PageExport.Write(Folder, [File("index.html", "2")]));
        Assert.False(System.IO.File.Exists(Path.Combine(Folder, "incidents/a.html")));
        Assert.Equal(("2", "status.example.org", "x"), (Read("index.html"), Read("CNAME"), Read("incidents/theirs.html")));
    }

    [Theory]
    [InlineData("../escape.html")]
    [InlineData("/etc/escape")]
    [InlineData("a/../../escape")]
    [InlineData("a//b")]
    [InlineData(".hidden")]
    [InlineData("a/.git/config")]
    [InlineData("a\\..\\b")]
    [InlineData("a b")]
    [InlineData("")]
    public void A_path_that_leads_out_is_refused(string path)
    {
        Assert.Throws<ExportException>(() => PageExport.Write(Folder, [File(path, "x")]));
        Assert.Equal(["public"], Directory.EnumerateFileSystemEntries(outside).Select(Path.GetFileName));
    }

    [Fact]
    public void A_list_that_somebody_forged_takes_nothing_away_outside_of_the_folder()
    {
        var victim = Path.Combine(outside, "victim.html");
        System.IO.File.WriteAllText(victim, "keep");
        PageExport.Write(Folder, [File("index.html", "1")]);
        System.IO.File.WriteAllText(Path.Combine(Folder, PageExport.ListName), """["../victim.html","a/../../victim.html","/tmp/x","index.html"]""");
        Assert.Equal((1, 1), PageExport.Write(Folder, [File("other.html", "1")]));
        Assert.Equal("keep", System.IO.File.ReadAllText(victim));
        System.IO.File.WriteAllText(Path.Combine(Folder, PageExport.ListName), "no json");
        PageExport.Write(Folder, [File("other.html", "2")]);
        Assert.Equal("2", Read("other.html"));
    }

    [Fact]
    public void Links_are_not_followed_neither_of_files_nor_of_folders_nor_when_taking_away()
    {
        var elsewhere = Directory.CreateDirectory(Path.Combine(outside, "elsewhere")).FullName;
        System.IO.File.WriteAllText(Path.Combine(elsewhere, "a.html"), "keep");
        Directory.CreateDirectory(Folder);
        Directory.CreateSymbolicLink(Path.Combine(Folder, "incidents"), elsewhere);
        Assert.Throws<ExportException>(() => PageExport.Write(Folder, [File("incidents/a.html", "x")]));
        System.IO.File.CreateSymbolicLink(Path.Combine(Folder, "index.html"), Path.Combine(elsewhere, "a.html"));
        Assert.Throws<ExportException>(() => PageExport.Write(Folder, [File("index.html", "x")]));
        System.IO.File.CreateSymbolicLink(Path.Combine(Folder, ".b.html.new"), Path.Combine(elsewhere, "a.html"));
        PageExport.Write(Folder, [File("b.html", "mine")]);
        Assert.Equal(("mine", "keep"), (Read("b.html"), System.IO.File.ReadAllText(Path.Combine(elsewhere, "a.html"))));
        System.IO.File.WriteAllText(Path.Combine(Folder, PageExport.ListName), """["incidents/a.html"]""");
        PageExport.Write(Folder, [File("b.html", "mine")]);
        Assert.Equal("keep", System.IO.File.ReadAllText(Path.Combine(elsewhere, "a.html")));
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_told_with_a_way_out()
    {
        System.IO.File.WriteAllText(Folder, "a file");
        Assert.Contains("Name a folder that can be written", Assert.Throws<ExportException>(() => PageExport.Write(Folder, [File("index.html", "x")])).Message, StringComparison.Ordinal);
    }
}
