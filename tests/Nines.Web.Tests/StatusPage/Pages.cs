using System.Collections.Immutable;
using System.Text;
using Nines.Core.Facts;
using Nines.Core.Timelines;
using Nines.Response.StatusPage;
using Nines.Response.StatusPage.Forms;
using Nines.Response.Tests.StatusPage;
using Nines.Web.StatusPage;
using static Nines.Response.Tests.StatusPage.PublicScene;

namespace Nines.Web.Tests.StatusPage;

/// <summary>A page with everything on it, rendered.</summary>
internal static class Pages
{
    public static PublicScene Eventful() => new PublicScene()
        .Add(new MaintenanceEntered(At(10), "int-rule-7f", [TheApi], At(9_000), At(12_600)) { PublicText = "New disks.", By = "internal-handle", Reason = "internal reason" })
        .Revise(105, TheWeb, SoftDown(100, "int-web-7f-1")).Revise(405, TheWeb, Up(402))
        .Revise(501, TheDb, Down(500, "int-db-7f-1"))
        .Revise(502, TheWeb, Down(501, "int-web-7f-2", Core.State.Down, TheDb))
        .Post(600, "disk", IncidentPhase.Investigating, "A *disk* <full> & more.", "int-web-7f-1", components: ["shop"])
        .Revise(700, TheApi, Segment.Unseen(At(700)));

    public static async Task<ImmutableArray<PageFile>> RenderAsync(PageContent content, PageTheme? theme = null)
    {
        await using var tree = new PageTree();
        return await tree.RenderAsync(content, theme ?? new PageTheme { Logo = Logo });
    }

    public static readonly PageLogo Logo = PageLogo.Read("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1'><rect width='1' height='1'/></svg>"u8.ToArray(), out _)!;

    public static string Text(this IEnumerable<PageFile> files, string path) => Encoding.UTF8.GetString(files.Single(file => file.Path == path).Bytes);
}
