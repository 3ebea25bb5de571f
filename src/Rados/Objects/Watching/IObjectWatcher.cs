using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>Who watches an object. Called on a thread of the store: it must not block.</summary>
public interface IObjectWatcher
{
    void Notified(ObjectWatch watch, ObjectNotification notification);

    /// <summary>The watch has ended, because the object was removed or the store gave this client up. Nothing follows.</summary>
    void Failed(ObjectWatch watch, Errno errno);
}
