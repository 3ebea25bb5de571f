namespace CurveRbd.Cli.Rbd;

/// <summary>The <c>rbd</c> command.</summary>
internal static class RbdProgram
{
    public static CommandTable Table { get; } = new("rbd", "Work with RBD images.",
    [
        new BenchCommand(),
        new ConfigGetCommand(ConfigTarget.OfImage),
        new ConfigListCommand(ConfigTarget.OfImage),
        new ConfigRemoveCommand(ConfigTarget.OfImage),
        new ConfigSetCommand(ConfigTarget.OfImage),
        new ConfigGetCommand(ConfigTarget.OfPool),
        new ConfigListCommand(ConfigTarget.OfPool),
        new ConfigRemoveCommand(ConfigTarget.OfPool),
        new ConfigSetCommand(ConfigTarget.OfPool),
        new CopyCommand(),
        new CreateCommand(),
        new DiffCommand(),
        new DiskUsageCommand(),
        new ExportCommand(),
        new FeatureCommand(enable: false),
        new FeatureCommand(enable: true),
        new ImageMetaGetCommand(),
        new ImageMetaListCommand(),
        new ImageMetaRemoveCommand(),
        new ImageMetaSetCommand(),
        new ImportCommand(),
        new InfoCommand(),
        new ListCommand(),
        new NamespaceCreateCommand(),
        new NamespaceListCommand(),
        new NamespaceRemoveCommand(),
        new PoolInitCommand(),
        new PoolStatsCommand(),
        new RemoveCommand(),
        new RenameCommand(),
        new ResizeCommand(),
        new StatusCommand(),
        new WatchCommand(),
    ]);
}
