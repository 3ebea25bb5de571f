namespace CurveRbd.Brpc;

/// <summary>brpc's error numbers, sent by a server or made on this side of the connection. Others are Linux' errno.</summary>
public enum RpcErrorCode
{
    ENOENT = 2,
    EAGAIN = 11,
    ECONNRESET = 104,
    ETIMEDOUT = 110,
    ECONNREFUSED = 111,
    EHOSTDOWN = 112,
    ENOSERVICE = 1001,
    ENOMETHOD = 1002,
    EREQUEST = 1003,

    /// <summary>The call's own deadline passed.</summary>
    ERPCTIMEDOUT = 1008,
    EFAILEDSOCKET = 1009,

    /// <summary>Too many calls wait on the connection.</summary>
    EOVERCROWDED = 1011,

    /// <summary>The peer closed the connection.</summary>
    EEOF = 1014,
    EINTERNAL = 2001,

    /// <summary>The reply does not fit its call.</summary>
    ERESPONSE = 2002,

    /// <summary>The server is stopping.</summary>
    ELOGOFF = 2003,
    ELIMIT = 2004,
    ECLOSE = 2005,
}
