using CurveRbd.Rbd;

namespace CurveRbd.Cli.Rbd;

/// <summary>The parent of a clone as listings name it.</summary>
internal static class ParentText
{
    /// <summary>"pool/namespace/image@snapshot"; nothing without a parent.</summary>
    public static string Of(ImageParent? parent) => parent is null
        ? ""
        : $"{ImageText.Path(parent.PoolName, parent.Namespace, parent.ImageName)}@{SnapshotName(parent)}";

    /// <summary>Adds "parent", if there is one.</summary>
    public static void AddTo(DocumentWriter document, ImageParent? parent)
    {
        if (parent is null)
            return;
        document.OpenObject("parent");
        document.String("pool", NativeText.FromName(parent.PoolName));
        document.String("pool_namespace", NativeText.FromName(parent.Namespace));
        document.String("image", NativeText.FromName(parent.ImageName));
        document.String("snapshot", SnapshotName(parent));
        document.Close();
    }

    /// <summary>The name that its user gave it, also after its removal.</summary>
    public static string SnapshotName(ImageParent parent) =>
        NativeText.FromName(parent.Snapshot.TrashOriginalName ?? parent.Snapshot.Name);
}
