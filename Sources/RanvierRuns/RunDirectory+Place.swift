import Foundation
import RanvierFormats

// How a run gets its name: it is prepared under a hidden one and then changes places with what is there, so that a name that
// stood for a whole run does so at every instant. Names change only under the lock of the folder above.

extension RunDirectory {
    /// A hidden folder beside a run's final place, locked; what dead processes have left there goes.
    ///
    /// - Returns: it, and the lock of the run that it is to replace.
    static func stage(
        _ url: URL, overwrite: Bool
    ) throws -> (run: RunDirectory, replaced: RunLock?) {
        let parent = url.deletingLastPathComponent()
        return try FolderLock.hold(parent) {
            removeLeftovers(in: parent)
            let replaced = try lockReplaced(url, overwrite: overwrite)
            let staging = hidden(url, "new")
            guard mkdir(staging.path, 0o755) == 0 else {
                throw FileError(parent, "create a folder in it")
            }
            return (RunDirectory(url: staging, lock: try RunLock(directory: staging)), replaced)
        }
    }

    /// Gives the directory its final name and removes what had it.
    func takePlace(at target: URL, overwrite: Bool, replacing lock: RunLock?) throws {
        var replaced = lock
        var hidden = url
        let operation = "give the folder its name"
        try FolderLock.hold(target.deletingLastPathComponent()) {
            // Another process may have made, replaced or removed it while this one prepared its own.
            if replaced?.isOf(directory: target) != true {
                replaced = nil
                replaced = try Self.lockReplaced(target, overwrite: overwrite)
            }
            if replaced == nil {
                try Folder.rename(url, to: target, operation)
            } else if try !Folder.exchange(url, target, operation) {
                hidden = Self.hidden(target, "old")
                try Folder.rename(target, to: hidden, "move the old run out of the way")
                do {
                    try Folder.rename(url, to: target, operation)
                } catch {
                    rename(hidden.path, target.path)
                    throw error
                }
            }
            move(to: target)
            Folder.synchronize(target.deletingLastPathComponent())
        }
        // The new run is in place: what stays of the old one because it cannot be removed goes at the next start.
        if replaced != nil { try? Self.removeHidden(hidden) }
    }

    /// The lock of the run that a new one replaces; nil where nothing is there.
    private static func lockReplaced(_ url: URL, overwrite: Bool) throws -> RunLock? {
        guard try isOccupied(url) else { return nil }
        // Neither overwriting nor going on is of use where there is no run.
        guard isRun(url) else { throw RunError.notARun(path: url.path) }
        guard overwrite else {
            throw RunLock.isHeld(directory: url)
                ? RunError.locked(path: url.path) : .exists(path: url.path)
        }
        return try RunLock(directory: url)
    }

    static func hidden(_ url: URL, _ purpose: String) -> URL {
        url.deletingLastPathComponent().appending(
            path: ".\(url.lastPathComponent).\(purpose)-\(getpid())-\(UInt32.random(in: 0...9999))")
    }

    /// Whether there is something at `url` that must not be lost.
    private static func isOccupied(_ url: URL) throws(FileError) -> Bool {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
            return false
        }
        guard isFolder.boolValue else {
            throw FileError(url, "create the folder", errorNumber: ENOTDIR)
        }
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: url.path) else {
            throw FileError(url, "read the folder", errorNumber: EACCES)
        }
        return !names.isEmpty
    }
}

// MARK: - What dead processes have left

extension RunDirectory {
    /// Removes the hidden folders of processes that died while they made, replaced or removed a run in a folder; an old run that
    /// nothing has replaced comes back.
    ///
    /// A living process holds the lock of its hidden folder, and makes it under the lock of the folder above, which the caller
    /// holds, too.
    static func removeLeftovers(in parent: URL) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: parent.path)) ?? []
        for name in names {
            guard let mark = name.wholeMatch(of: /\.(.+)\.(new|old|removed)-\d+-\d+/)?.output
            else { continue }
            let folder = parent.appending(path: name)
            guard isOwn(folder), !RunLock.isHeld(directory: folder) else { continue }
            if mark.2 == "old",
                rename(folder.path, parent.appending(path: String(mark.1)).path) == 0
            {
                continue
            }
            try? removeHidden(folder)
        }
        RunIndex.removeLeftovers(in: parent)
    }

    /// Removes a hidden folder whose lock the caller holds, or nobody does.
    ///
    /// The lock's file goes last: without it the folder would look abandoned to others, who would remove it, too.
    /// - Throws: `FileError`.
    static func removeHidden(_ folder: URL) throws(FileError) {
        let kind = (try? FileManager.default.attributesOfItem(atPath: folder.path))?[.type]
        if kind as? FileAttributeType == .typeDirectory {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
            for name in names where name != RunLock.name {
                try Folder.remove(folder.appending(path: name))
            }
        }
        do throws(FileError) {
            try Folder.remove(folder)
        } catch {
            guard FileManager.default.fileExists(atPath: folder.path) else { return }
            throw error
        }
    }

    /// Whether a folder is the hidden one of a run, whole or partly removed.
    private static func isOwn(_ folder: URL) -> Bool {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path) else {
            return false
        }
        return names.contains(RunLock.name) || strangers(in: folder).isEmpty
    }

    /// Removes what a killed process has left in the run and beside it.
    func removePartialFiles() {
        for folder in [url, url.appending(path: "figures")] {
            PartialFile.removeAbandoned(in: folder)
        }
    }
}
