using System.Text.Json;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

public sealed partial class Image
{
    /// <summary>Where its migration has what it copies from, as JSON.</summary>
    /// <exception cref="StorageException">EINVAL: it does not migrate.</exception>
    public async Task<string> GetMigrationSourceSpecAsync(CancellationToken cancellationToken)
    {
        await RefreshAsync(cancellationToken).ConfigureAwait(false);
        MigrationLink link = Header.Migration
            ?? throw new StorageException(Errno.EINVAL, $"image {Description} does not migrate: it has no source");
        if (link.SourceSpec is { } spec)
            return spec;
        var pair = link.Role == MigrationRole.Destination && link is { PoolId: { } poolId, Namespace: { } sourceNamespace }
            ? new MigrationPair(Pool, Id, await Pool.FindOtherAsync(poolId, sourceNamespace, cancellationToken).ConfigureAwait(false), link.ImageId)
            : new MigrationPair(Pool, Id, Pool, Id);
        Stored<ImageHeader> source = await pair.GetSourceAsync(cancellationToken).ConfigureAwait(false)
            ?? throw new StorageException(Errno.ENOENT, $"the source of the migration of image {Description} is gone");
        return NativeSpec(pair.Source!, source.Value);
    }

    private static string NativeSpec(ImagePool pool, ImageHeader source)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            json.WriteString("image_id", source.Id);
            json.WriteString("image_name", source.Name.ToString());
            json.WriteNumber("pool_id", pool.Id);
            json.WriteString("pool_namespace", pool.Namespace.ToString());
            json.WriteString("type", "native");
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(text.ToArray());
    }
}
