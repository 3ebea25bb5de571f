using Microsoft.Extensions.Logging;

namespace CurveRbd.Rados;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "{Client} connected to {Fsid} ({Store}) as client.{InstanceId}")]
    public static partial void Connected(ILogger logger, EntityName client, string fsid, StoreSettings store, long instanceId);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Client} can't connect: {Reason}")]
    public static partial void ConnectFailed(ILogger logger, EntityName client, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Client}: {What} failed while shutting down")]
    public static partial void ShutdownFailed(ILogger logger, EntityName client, string what, Exception error);

    [LoggerMessage(Level = LogLevel.Debug, Message = "client.{InstanceId} command {Command} = {ReturnCode} {Status}")]
    public static partial void Command(ILogger logger, ulong instanceId, string command, int returnCode, string status);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the content of the deleted pool {Id} in /{Directory} can't be deleted yet")]
    public static partial void PoolDeletionFailed(ILogger logger, long id, string directory, Exception error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "a notification of object {ObjectId} can't be read: {Reason}")]
    public static partial void BadNotification(ILogger logger, string objectId, string reason);
}
