using System.Text;
using CurveRbd.Rados;
using CurveRbd.Rbd;

namespace CurveRbd.Cli.Rbd;

/// <summary>What <c>rbd info</c> tells of an image.</summary>
internal sealed class ImageDescription
{
    private readonly Image _image;
    private readonly string _name;
    private readonly int _snapshotCount;
    private readonly ulong _snapshotLimit;
    private readonly ImageParent? _parent;
    private readonly string? _dataPool;
    private readonly ImageGroup? _group;

    private ImageDescription(
        Image image, int snapshotCount, ulong snapshotLimit, ImageParent? parent, string? dataPool, ImageGroup? group)
    {
        _image = image;
        _name = NativeText.FromName(image.Name);
        _snapshotCount = snapshotCount;
        _snapshotLimit = snapshotLimit;
        _parent = parent;
        _dataPool = dataPool;
        _group = group;
    }

    private string? Group => _group is null
        ? null
        : $"{NativeText.FromName(_group.PoolName)}/{(_group.Namespace.IsEmpty ? "" : $"{NativeText.FromName(_group.Namespace)}/")}{NativeText.FromName(_group.Name)}";

    private bool IsStriped => (_image.Features & ImageFeatures.StripingV2) != 0;

    public static async Task<ImageDescription> OfAsync(Image image, CancellationToken cancellationToken)
    {
        IReadOnlyList<Snapshot> snapshots = await image.Snapshots.ListAsync(cancellationToken).ConfigureAwait(false);
        return new ImageDescription(
            image,
            snapshots.Count,
            await image.Snapshots.GetLimitAsync(cancellationToken).ConfigureAwait(false),
            await image.GetParentAsync(cancellationToken).ConfigureAwait(false),
            await FindDataPoolAsync(image, cancellationToken).ConfigureAwait(false),
            await image.GetGroupAsync(cancellationToken).ConfigureAwait(false));
    }

    public string ToText()
    {
        var text = new StringBuilder($"rbd image '{_name}':\n");
        Append(text, $"size {ByteCount.ToText(_image.Size)} in {_image.ObjectCount} objects");
        Append(text, $"order {_image.Order} ({ByteCount.ToText(_image.ObjectSize)} objects)");
        Append(text, $"snapshot_count: {_snapshotCount}");
        Append(text, $"id: {_image.Id}");
        if (_dataPool is not null)
            Append(text, $"data_pool: {_dataPool}");
        Append(text, $"block_name_prefix: {_image.BlockNamePrefix}");
        Append(text, "format: 2");
        Append(text, $"features: {string.Join(", ", FeatureNames.OfFeatures(_image.Features))}");
        Append(text, $"op_features: {string.Join(", ", FeatureNames.OfOperations(_image.OpFeatures))}");
        Append(text, $"flags: {string.Join(", ", FeatureNames.OfFlags(_image.Flags))}");
        if (_group is not null)
            Append(text, $"group: {Group}");
        Append(text, $"create_timestamp: {CalendarTime.ToText(_image.Created)}");
        Append(text, $"access_timestamp: {CalendarTime.ToText(_image.Accessed)}");
        Append(text, $"modify_timestamp: {CalendarTime.ToText(_image.Modified)}");
        AppendLayers(text);
        if (IsStriped)
        {
            Append(text, $"stripe unit: {ByteCount.ToText(_image.StripeUnit)}");
            Append(text, $"stripe count: {_image.StripeCount}");
        }

        return text.ToString();
    }

    public string ToDocument(DocumentWriter document)
    {
        document.OpenObject("image");
        document.String("name", _name);
        document.String("id", _image.Id);
        document.Number("size", _image.Size);
        document.Number("objects", _image.ObjectCount);
        document.Number("order", _image.Order);
        document.Number("object_size", _image.ObjectSize);
        document.Number("snapshot_count", (ulong)_snapshotCount);
        if (_dataPool is not null)
            document.String("data_pool", _dataPool);
        document.String("block_name_prefix", _image.BlockNamePrefix);
        document.Number("format", 2);
        AddNames(document, "features", "feature", FeatureNames.OfFeatures(_image.Features));
        AddNames(document, "op_features", "op_feature", FeatureNames.OfOperations(_image.OpFeatures));
        AddNames(document, "flags", "flag", FeatureNames.OfFlags(_image.Flags));
        if (Group is { } group)
            document.String("group", group);
        document.String("create_timestamp", CalendarTime.ToText(_image.Created));
        document.String("access_timestamp", CalendarTime.ToText(_image.Accessed));
        document.String("modify_timestamp", CalendarTime.ToText(_image.Modified));
        AddLayers(document);
        if (IsStriped)
        {
            document.Number("stripe_unit", _image.StripeUnit);
            document.Number("stripe_count", _image.StripeCount);
        }

        document.Close();
        return document.ToString();
    }

    /// <returns>null: the data lies in the image's own pool.</returns>
    private static async Task<string?> FindDataPoolAsync(Image image, CancellationToken cancellationToken)
    {
        if (image.DataPoolId == image.IoContext.Pool.Id || image.DataPoolId < 0)
            return null;
        Pool? pool = await image.IoContext.Cluster.Pools.FindAsync(image.DataPoolId, cancellationToken).ConfigureAwait(false);
        return pool is null ? $"<missing data pool {image.DataPoolId}>" : NativeText.FromName(pool.Name);
    }

    private void AppendLayers(StringBuilder text)
    {
        if (_image.CurrentSnapshot is { } snapshot)
            Append(text, $"protected: {(snapshot.IsProtected ? "True" : "False")}");
        if (_snapshotLimit != ulong.MaxValue)
            Append(text, $"snapshot_limit: {_snapshotLimit}");
        if (_parent is null)
            return;
        Append(text, $"parent: {ParentText.Of(_parent)}{(_parent.IsTrashed ? $" (trash {_parent.ImageId})" : "")}");
        Append(text, $"overlap: {ByteCount.ToText(_parent.Overlap)}");
    }

    private void AddLayers(DocumentWriter document)
    {
        if (_image.CurrentSnapshot is { } snapshot)
            document.Truth("protected", snapshot.IsProtected);
        if (_snapshotLimit != ulong.MaxValue)
            document.Number("snapshot_limit", _snapshotLimit);
        if (_parent is null)
            return;
        document.OpenObject("parent");
        document.String("pool", NativeText.FromName(_parent.PoolName));
        document.String("pool_namespace", NativeText.FromName(_parent.Namespace));
        document.String("image", NativeText.FromName(_parent.ImageName));
        document.String("id", _parent.ImageId);
        document.String("snapshot", ParentText.SnapshotName(_parent));
        document.Literal("trash", _parent.IsTrashed ? "true" : "false");
        document.Number("overlap", _parent.Overlap);
        document.Close();
    }

    private static void Append(StringBuilder text, string line) => text.Append('\t').Append(line).Append('\n');

    private static void AddNames(DocumentWriter document, string list, string item, IEnumerable<string> names)
    {
        document.OpenArray(list);
        foreach (string name in names)
            document.String(item, name);
        document.Close();
    }
}
