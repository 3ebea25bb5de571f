using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary>The part of <c>rbd status</c> about a migration.</summary>
internal sealed record MigrationListing(MigrationStatus Status, string SourcePool, string DestinationPool)
{
    private string State => Status.State.ToString().ToLowerInvariant();

    public string ToText()
    {
        string description = Status.StateDescription.Length == 0 ? "" : $" ({Status.StateDescription})";
        return $"Migration:\n\tsource: {SourceText()}\n"
            + $"\tdestination: {Path(DestinationPool, Status.DestinationNamespace, Status.DestinationName)} ({Status.DestinationId})\n"
            + $"\tstate: {State}{description}\n";
    }

    public void ToDocument(DocumentWriter document)
    {
        document.OpenObject("migration");
        if (Status.SourceSpec is { } spec)
        {
            document.String("source_spec", spec);
        }
        else
        {
            document.String("source_pool_name", SourcePool);
            document.String("source_pool_namespace", Status.SourceNamespace.ToString());
            document.String("source_image_name", Status.SourceName.ToString());
            document.String("source_image_id", Status.SourceId);
        }

        document.String("dest_pool_name", DestinationPool);
        document.String("dest_pool_namespace", Status.DestinationNamespace.ToString());
        document.String("dest_image_name", Status.DestinationName.ToString());
        document.String("dest_image_id", Status.DestinationId);
        document.String("state", State);
        document.String("state_description", Status.StateDescription);
        document.Close();
    }

    private string SourceText() => Status.SourceSpec
        ?? $"{Path(SourcePool, Status.SourceNamespace, Status.SourceName)} ({Status.SourceId})";

    private static string Path(string pool, ByteName imageNamespace, ByteName name) =>
        imageNamespace.IsEmpty ? $"{pool}/{name}" : $"{pool}/{imageNamespace}/{name}";
}
