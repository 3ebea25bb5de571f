using System.Text;
using CurveRbd.Rbd;

namespace CurveRbd.Cli.Rbd;

/// <summary>The clones of an image as <c>rbd children</c> shows them.</summary>
/// <param name="showsAll">Whether those in the trash are shown.</param>
internal sealed class ChildListing(IReadOnlyList<ImageChild> children, bool showsAll)
{
    private IEnumerable<ImageChild> Shown => children.Where(child => showsAll || !child.IsTrashed);

    public string ToText()
    {
        var text = new StringBuilder();
        foreach (ImageChild child in Shown)
        {
            text.Append(ImageText.Path(child.PoolName, child.Namespace, child.Name));
            text.Append(child.IsTrashed ? $" (trash {child.ImageId})\n" : "\n");
        }

        return text.ToString();
    }

    public string ToDocument(DocumentWriter document)
    {
        document.OpenArray("children");
        foreach (ImageChild child in Shown)
        {
            document.OpenObject("child");
            document.String("pool", NativeText.FromName(child.PoolName));
            document.String("pool_namespace", NativeText.FromName(child.Namespace));
            document.String("image", NativeText.FromName(child.Name));
            if (showsAll)
            {
                document.String("id", child.ImageId);
                document.Literal("trash", child.IsTrashed ? "true" : "false");
            }

            document.Close();
        }

        document.Close();
        return document.ToString();
    }
}
