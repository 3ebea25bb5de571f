using Microsoft.Extensions.Logging;

namespace CurveRbd.Rbd;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "image {Image}: its time stamps could not be recorded")]
    public static partial void TimesNotRecorded(ILogger logger, string image, Exception error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "image {Image}: a change by another client could not be followed")]
    public static partial void ChangeNotFollowed(ILogger logger, string image, Exception error);

    [LoggerMessage(Level = LogLevel.Error, Message = "image {Image}: an update callback threw")]
    public static partial void UpdateCallbackThrew(ILogger logger, string image, Exception error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "image {Image} shrank to {Size} bytes, but what was cut off is not zeroed yet; it will be before the image grows")]
    public static partial void CutNotZeroed(ILogger logger, string image, ulong size, Exception error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "image {Image}: its volume could not be renamed after it and keeps its name")]
    public static partial void VolumeNotMoved(ILogger logger, string image, Exception error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "image {Image} could not be created, nor its traces removed; the next list or check does it")]
    public static partial void CreationNotUndone(ILogger logger, string image, Exception error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "image id {Id}: layers that nobody needs any more could not be deleted; whoever opens the image next does it")]
    public static partial void LayersNotDropped(ILogger logger, string id, Exception error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the unfinished copy {Image} could not be removed")]
    public static partial void CopyNotRemoved(ILogger logger, string image, Exception error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "image {Id} ({Image}) stays in the trash: it is open, or has snapshots")]
    public static partial void NotPurged(ILogger logger, string id, string image);

    [LoggerMessage(Level = LogLevel.Error, Message = "image {Image}: a quiesce callback threw")]
    public static partial void QuiesceCallbackThrew(ILogger logger, string image, Exception error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "image {Image}: this client no longer owns it")]
    public static partial void OwnershipLost(ILogger logger, string image, Exception error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "image {Image}: whether this client still owns it could not be found out; writes wait")]
    public static partial void OwnershipUnknown(ILogger logger, string image, Exception error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "image {Image}: its owner's record could not be deleted; others wait until this client's session ends")]
    public static partial void OwnershipNotWithdrawn(ILogger logger, string image, Exception error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "image {Image}: its ownership could not be handed over or verified; it is tried again")]
    public static partial void OwnershipWorkFailed(ILogger logger, string image, Exception error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "image {Image}: its last owner {Client} at {Address} vanished without giving it up, and is being shut out")]
    public static partial void ShuttingOut(ILogger logger, string image, string client, string address);

    [LoggerMessage(Level = LogLevel.Warning, Message = "image {Image}: its layers could not be merged now; that is tried again")]
    public static partial void LayersNotMerged(ILogger logger, string image, Exception error);

    [LoggerMessage(Level = LogLevel.Information, Message = "volume {Volume}: an abandoned {State} is being cleaned up")]
    public static partial void RepairingVolume(ILogger logger, Store.VolumePath volume, ClaimState state);

    [LoggerMessage(Level = LogLevel.Warning, Message = "image {Image}: its requests could not be held back for a change of its layers, which therefore fails")]
    public static partial void NotFrozen(ILogger logger, string image, Exception error);
}
