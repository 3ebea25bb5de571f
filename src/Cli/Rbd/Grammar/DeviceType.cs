using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary>--device-type of the <c>rbd device</c> commands. Only nbd exists here, and it is meant when nothing is said.</summary>
internal static class DeviceType
{
    public static readonly Option<string> Option = new("device-type", 't', "device type (nbd; Ceph's krbd, ggate and ubbd do not exist here)", TryParse);

    /// <exception cref="CommandException">EOPNOTSUPP: krbd, ggate or ubbd.</exception>
    public static void ThrowUnlessNbd(ParsedArguments arguments)
    {
        string type = arguments.Get(Option, "nbd");
        if (type != "nbd")
            throw new CommandException(Errno.EOPNOTSUPP, $"device type {type} needs Ceph's own servers and kernel modules; use --device-type nbd, or none");
    }

    private static bool TryParse(string text, out string type)
    {
        type = text;
        return text is "nbd" or "krbd" or "ggate" or "ubbd";
    }
}
